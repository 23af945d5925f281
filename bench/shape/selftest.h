// SPDX-License-Identifier: BSD-2-Clause
// The fast decoders against the general one, on cut and corrupted control data.
#ifndef SHAPE_SELFTEST_H
#define SHAPE_SELFTEST_H

#include "decode.h"

static size_t put(unsigned char *p, size_t at, int level, int type, size_t n)
{
    struct cmsghdr h = {.cmsg_len = CMSG_LEN(n), .cmsg_level = level, .cmsg_type = type};
    memcpy(p + at, &h, sizeof h);
    for (size_t i = 0; i < n; i++)
        p[at + HEADER + i] = (unsigned char)(at + i);
    return at + CMSG_SPACE(n);
}

static size_t sample(unsigned char *p, bool v6, bool time)
{
    size_t at = time ? put(p, 0, SOL_SOCKET, SO_TIMESTAMPNS, 16) : 0;
    at = put(p, at, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_PKTINFO : IP_PKTINFO, v6 ? 20 : 12);
    at = put(p, at, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_HOPLIMIT : IP_TTL, 4);
    return put(p, at, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, v6 ? 4 : 1);
}

static void compare(const unsigned char *p, size_t n, bool v6)
{
    struct ipsock_control general = {0}, fast = {0}, resumed = {0}, whole = {0};
    general.valid = walk_rest(&general, p, n);
    fast.valid = cascade(&fast, p, n, v6);
    resumed.valid = resume_rest(&resumed, p, n, v6);
    whole.valid = v6 ? whole6(&whole, p, n) : whole4(&whole, p, n);
    require(memcmp(&general, &fast, sizeof fast) == 0, "cascade differs");
    require(memcmp(&general, &resumed, sizeof resumed) == 0, "resume differs");
    require(memcmp(&general, &whole, sizeof whole) == 0, "whole differs");
}

// The copy has no spare byte, so that a memory checker sees a read past the end.
static void compare_exact(const unsigned char *p, size_t n, bool v6)
{
    unsigned char *copy = malloc(n ? n : 1);
    require(copy != NULL, "malloc");
    memcpy(copy, p, n);
    compare(copy, n, v6);
    free(copy);
}

static void compare_mutants(unsigned char *p, size_t n, bool v6)
{
    static const unsigned char lies[] = {0,  1,  15, 16, 17, 18,  20, 24,
                                         28, 36, 41, 80, 88, 127, 255};
    for (size_t at = 0; at < n; at++) {
        const unsigned char was = p[at];
        for (size_t k = 0; k < sizeof lies; k++) {
            p[at] = lies[k];
            for (size_t cut = n - 16; cut <= n; cut++)
                compare_exact(p, cut, v6);
        }
        p[at] = was;
    }
}

static int selftest(void)
{
    for (int kind = 0; kind < 4; kind++) {
        const bool v6 = kind & 1;
        unsigned char p[CONTROL_BYTES] = {0};
        size_t n = sample(p, v6, kind & 2);
        for (size_t cut = 0; cut <= n; cut++)
            compare_exact(p, cut, v6);
        compare_mutants(p, n, v6);
        // A dual-stack socket mixes levels, so each run must also stand the other's entries.
        compare_mutants(p, n, !v6);
    }
    return 0;
}

#endif
