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

#ifdef __cplusplus
}
#endif

#endif
