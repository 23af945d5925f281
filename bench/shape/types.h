// SPDX-License-Identifier: BSD-2-Clause
// The shapes under test and what a variant can do differently.
#ifndef SHAPE_TYPES_H
#define SHAPE_TYPES_H

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define BOUNDARY __attribute__((noinline))
#else
#define BOUNDARY __attribute__((noinline, noclone))
#endif
#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void require(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "shape: %s: %s\n", what, strerror(errno));
    exit(1);
}

enum { BATCH = 64, PAYLOAD = 32, BUFFER = 256, CONTROL_BYTES = 128 };

enum { FAMILY_IPV4 = 4, FAMILY_IPV6 = 6 };

enum {
    VALID_DESTINATION = 1U << 0,
    VALID_INTERFACE = 1U << 1,
    VALID_HOP_LIMIT = 1U << 2,
    VALID_TRAFFIC_CLASS = 1U << 3,
    VALID_FLOW_LABEL = 1U << 4,
    VALID_PATH_MTU = 1U << 5,
    VALID_SEGMENT_SIZE = 1U << 6,
    VALID_FRAGMENT_SIZE = 1U << 7,
    VALID_DROP_COUNT = 1U << 8,
    VALID_TIMESTAMP = 1U << 9
};

enum { FLAG_TRUNCATED = 1U << 0, FLAG_CONTROL_TRUNCATED = 1U << 1, FLAG_NOTICE = 1U << 2 };

struct ipsock_buffer {
    void *data;
    size_t length;
};

struct ipsock_addr {
    uint8_t family;
    uint8_t reserved;
    uint16_t port;
    uint32_t scope;
    uint8_t ip[16];
};

struct ipsock_control {
    uint32_t valid;
    uint8_t traffic_class;
    uint8_t hop_limit;
    uint8_t dont_fragment;
    uint8_t reserved;
    uint32_t interface_index;
    uint32_t path_mtu;
    struct ipsock_addr source;
    struct ipsock_addr destination;
    uint32_t flow_label;
    uint32_t segment_size;
    uint32_t fragment_size;
    uint32_t drop_count;
    int64_t seconds;
    int64_t nanoseconds;
};

struct ipsock_message {
    struct ipsock_buffer *buffers;
    struct ipsock_control *control;
    struct ipsock_addr peer;
    uint32_t buffer_count;
    uint32_t flags;
    uint32_t length;
    uint32_t header_length;
    uint64_t reserved;
};

struct inline_message {
    struct ipsock_message head;
    struct ipsock_control control;
};

struct native_message {
    unsigned char native[64];
    struct ipsock_buffer *buffers;
    struct ipsock_control *control;
    uint32_t buffer_count;
    uint32_t flags;
    uint32_t length;
    uint32_t header_length;
    unsigned char name[28];
    uint32_t name_length;
    unsigned char reserved[64];
};

_Static_assert(sizeof(struct ipsock_message) == 64, "message");
_Static_assert(sizeof(struct ipsock_control) == 96, "control");
_Static_assert(sizeof(struct inline_message) == 160, "inline message");
_Static_assert(sizeof(struct native_message) == 192, "native message");
_Static_assert(sizeof(struct msghdr) <= 64, "native area");
_Static_assert(sizeof(struct iovec) == sizeof(struct ipsock_buffer), "iovec");
_Static_assert(offsetof(struct cmsghdr, cmsg_type) ==
                   offsetof(struct cmsghdr, cmsg_level) + sizeof(int),
               "key");

struct endpoint {
    atomic_uint in_progress;
    int fd;
};

struct batch {
    struct mmsghdr *headers;
    uint32_t capacity;
    uint32_t control_space;
};

enum { CLOSING = 1U << 31 };

// One bit for each thing whose price is asked.
enum {
    CLEAR_CONTROL = 1U << 0,
    CLEAR_PEER = 1U << 1,
    ARM_BEFORE = 1U << 2,
    KEEP_BUFFERS = 1U << 3,
    CASCADE = 1U << 4,
    WHOLE = 1U << 5,
    INLINE_CONTROL = 1U << 6,
    NAME_BY_LENGTH = 1U << 7,
    BRANCH_FLAGS = 1U << 8,
    RESUME = 1U << 9,
    BY_LEVEL = 1U << 10,
    UNUSUAL = 1U << 11
};

#endif
