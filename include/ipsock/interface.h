// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * The host's network interfaces. net: Interfaces, InterfaceByName, InterfaceByIndex,
 * Interface.Addrs.
 */
#ifndef IPSOCK_INTERFACE_H
#define IPSOCK_INTERFACE_H

#include <ipsock/addr.h>

/* Flags of an interface. */
#define IPSOCK_INTERFACE_UP             0x01
#define IPSOCK_INTERFACE_BROADCAST      0x02
#define IPSOCK_INTERFACE_LOOPBACK       0x04
#define IPSOCK_INTERFACE_POINT_TO_POINT 0x08
#define IPSOCK_INTERFACE_MULTICAST      0x10
#define IPSOCK_INTERFACE_RUNNING        0x20

/** An address of an interface. */
struct ipsock_interface_addr {
    struct ipsock_interface_addr *next; /**< next address of the same interface, or NULL */
    struct ipsock_addr addr;            /**< port 0; scope set where the address is link-local */
    uint8_t prefix_length;              /**< 0..32 or 0..128 */
};

/** An interface. Lists belong to the library: read, do not change. Fields may be added at the end.
 */
struct ipsock_interface {
    struct ipsock_interface *next;       /**< next interface by rising index, or NULL */
    struct ipsock_interface_addr *addrs; /**< its addresses, or NULL */
    const char *name;        /**< "eth0", "en0"; on Windows the friendly name, UTF-8; never NULL */
    uint32_t index;          /**< >= 1; what every function that takes an interface index wants */
    uint32_t mtu;            /**< bytes; 0 unknown */
    uint32_t flags;          /**< IPSOCK_INTERFACE_… */
    uint8_t hardware[20];    /**< link-layer address */
    uint8_t hardware_length; /**< bytes in hardware; 0 none */
};

/* What an event tells. */
#define IPSOCK_WATCH_ADDED           1 /**< an interface that was not known */
#define IPSOCK_WATCH_REMOVED         2 /**< it has gone; name, flags and so on as last known */
#define IPSOCK_WATCH_RENAMED         3 /**< same index, another name */
#define IPSOCK_WATCH_FLAGS           4 /**< up, down, running …: flags and old_flags */
#define IPSOCK_WATCH_MTU             5
#define IPSOCK_WATCH_HARDWARE        6 /**< another link-layer address */
#define IPSOCK_WATCH_ADDRESS_ADDED   7
#define IPSOCK_WATCH_ADDRESS_REMOVED 8
/** The system dropped news because nobody took them in time. No field but kind is set. What changed
 * follows as other events, so that the state is right again; what came and went in between is not
 * told. Linux, OpenBSD, NetBSD, FreeBSD 14 and newer, DragonFly; the others do not say it. */
#define IPSOCK_WATCH_LOST 9

/** A change of an interface, which is known by its index. What is not said to be of some kinds only
 * is the newest that is known, whatever the event is about. */
struct ipsock_interface_event {
    uint32_t kind;           /**< IPSOCK_WATCH_… */
    uint32_t index;          /**< >= 1; 0 with LOST */
    const char *name;        /**< valid until the next call on the watch; NULL with LOST */
    const char *old_name;    /**< as name; RENAMED only, else NULL */
    uint32_t flags;          /**< IPSOCK_INTERFACE_… */
    uint32_t old_flags;      /**< before the change; other kinds than FLAGS: as flags */
    uint32_t mtu;            /**< bytes; 0 unknown */
    uint8_t hardware[20];    /**< link-layer address */
    uint8_t hardware_length; /**< bytes in hardware; 0 none */
    uint8_t prefix_length;   /**< ADDRESS_…: 0..32 or 0..128 */
    struct ipsock_addr addr; /**< ADDRESS_…: as in ::ipsock_interface_addr; else family 0 */
    uint32_t reserved[4];    /**< 0 */
};

/** Watches the interfaces of a host; on Linux of the network namespace of the thread that made it,
 * in which the threads that use it must stay. */
struct ipsock_interface_watch;

/** As deadline of ::ipsock_watch_next: do not wait. */
#define IPSOCK_WATCH_NO_WAIT (-1)

#ifdef __cplusplus
extern "C" {
#endif

/** All interfaces of this host, with their addresses. Allocates.
 * @param list receives the first, or NULL when there is none; free it with ::ipsock_interfaces_free
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOMEM; IPSOCK_ENFILE; IPSOCK_ESYSTEM. */
IPSOCK_API int ipsock_interfaces(struct ipsock_interface **list);

/** Index of an interface by name, as ::ipsock_interface_by_name without the list. Does not
 * allocate.
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENODEV when there is none; IPSOCK_ENFILE, IPSOCK_ENOMEM when the
 * system cannot be asked now; then *index is 0. */
IPSOCK_API int ipsock_interface_index(const char *name, uint32_t *index);

/** The interface of a name: a list of one. On Windows the friendly name, the adapter's GUID or the
 * name that if_indextoname gives. Allocates.
 * @return 0; IPSOCK_ENODEV when there is none; otherwise as ::ipsock_interfaces. */
IPSOCK_API int ipsock_interface_by_name(const char *name, struct ipsock_interface **list);

/** The interface of an index: a list of one. Allocates.
 * @return 0; IPSOCK_ENODEV when there is none; otherwise as ::ipsock_interfaces. */
IPSOCK_API int ipsock_interface_by_index(uint32_t index, struct ipsock_interface **list);

/** Frees a list from the three functions above; NULL is allowed. */
IPSOCK_API void ipsock_interfaces_free(struct ipsock_interface *list);

/** Begins to watch. The first events are ADDED and ADDRESS_ADDED for all that there is now, so that
 * no change falls between a list and the watch. Allocates. One thread at a time may use a watch,
 * except for ::ipsock_watch_cancel; a child of fork must not use it, only free it.
 * Linux: rtnetlink. The BSDs: a route socket. macOS: a kernel event socket. Windows:
 * NotifyIpInterfaceChange and NotifyUnicastIpAddressChange. No privilege is needed.
 * @param watch receives it, or NULL; free it with ::ipsock_watch_free
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOMEM; IPSOCK_ENFILE; IPSOCK_ENOTSUP (Wine); IPSOCK_ESYSTEM. */
IPSOCK_API int ipsock_watch_interfaces(struct ipsock_interface_watch **watch);

/** What an event loop waits for, for reading; on Windows a socket, for select, WSAPoll and
 * WSAEventSelect. When it is readable, and once at the start, take events with
 * ::IPSOCK_WATCH_NO_WAIT until there is none. It belongs to the watch: do not read, do not close.
 * IPSOCK_INVALID_HANDLE for NULL. */
IPSOCK_API ipsock_handle_t ipsock_watch_handle(const struct ipsock_interface_watch *watch);

/** The next change. Changes are what differs between the state that was told last and the state
 * now: what is undone before it is looked at is not told, what changed twice is told once. Each
 * change is told once; what goes comes first, then what changes, then what is new, and an
 * interface's addresses go before it and come after it. Allocates, when something has changed.
 * @param deadline on the clock of ::ipsock_now, in ns; 0 waits without end; ::IPSOCK_WATCH_NO_WAIT
 * does not wait
 * @return 0; IPSOCK_EINVAL; IPSOCK_EAGAIN none and no wait; IPSOCK_ETIMEDOUT; IPSOCK_ECANCELED;
 * IPSOCK_ENOMEM, IPSOCK_ENFILE, IPSOCK_ESYSTEM when the state cannot be read now: the next call
 * tries again, whether the handle is readable or not. */
IPSOCK_API int ipsock_watch_next(struct ipsock_interface_watch *watch,
                                 struct ipsock_interface_event *event, int64_t deadline);

/** Ends the call of ::ipsock_watch_next that waits, or the next one that would wait, with
 * IPSOCK_ECANCELED. From any thread. NULL is allowed. */
IPSOCK_API void ipsock_watch_cancel(struct ipsock_interface_watch *watch);

/** Ends a watch; no call may be in progress. NULL is allowed. */
IPSOCK_API void ipsock_watch_free(struct ipsock_interface_watch *watch);

#ifdef __cplusplus
}
#endif

#endif
