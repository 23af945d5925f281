// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Filters on received packets: ICMP types (RFC 3542, 3.2) and classic BPF programs. x/net:
 * ICMPFilter, SetICMPFilter, SetBPF; package bpf's RawInstruction.
 */
#ifndef IPSOCK_FILTER_H
#define IPSOCK_FILTER_H

#include <ipsock/endpoint.h>

/** A set of ICMP types: one bit a type, set = blocked, type t in word t / 32, bit t % 32. All zero
 * lets everything pass. The same on every system and for both families. */
struct ipsock_icmp_filter {
    uint32_t blocked[8];
};

/** One instruction of classic BPF; the layout of struct sock_filter and struct bpf_insn. */
struct ipsock_bpf_instruction {
    uint16_t code; /**< operation */
    uint8_t jt;    /**< instructions to skip if true */
    uint8_t jf;    /**< instructions to skip if false */
    uint32_t k;    /**< operand */
};

/** Most instructions of a program, on every system. */
#define IPSOCK_BPF_MAX 4096

/* Instructions, for initialising an array. The packet starts at the UDP header on UDP endpoints
 * (source port at offset 0, destination port at 2, length at 4, payload at 8), at the IP header on
 * raw IPv4, at the payload on raw IPv6 (the ICMPv6 type, for one), at the ICMP header on ping.
 * Example, UDP payloads whose first byte is even:
 *
 *     struct ipsock_bpf_instruction even[] = {
 *         IPSOCK_BPF_LOAD8(8),          IPSOCK_BPF_AND(1),
 *         IPSOCK_BPF_IF_EQUAL(0, 0, 1), IPSOCK_BPF_ACCEPT,
 *         IPSOCK_BPF_DROP,
 *     };
 */
#define IPSOCK_BPF_STATEMENT(code, k)                               \
    {                                                               \
        IPSOCK_CAST(uint16_t, code), 0, 0, IPSOCK_CAST(uint32_t, k) \
    }
#define IPSOCK_BPF_JUMP(code, k, jt, jf)                                                 \
    {                                                                                    \
        IPSOCK_CAST(uint16_t, code), IPSOCK_CAST(uint8_t, jt), IPSOCK_CAST(uint8_t, jf), \
            IPSOCK_CAST(uint32_t, k)                                                     \
    }

/* Loads: A = a byte, 16 or 32 bits in network order, at an offset into the packet. */
#define IPSOCK_BPF_LOAD8(offset)  IPSOCK_BPF_STATEMENT(0x30, offset)
#define IPSOCK_BPF_LOAD16(offset) IPSOCK_BPF_STATEMENT(0x28, offset)
#define IPSOCK_BPF_LOAD32(offset) IPSOCK_BPF_STATEMENT(0x20, offset)
/* The same at X + offset. */
#define IPSOCK_BPF_LOAD8_X(offset)  IPSOCK_BPF_STATEMENT(0x50, offset)
#define IPSOCK_BPF_LOAD16_X(offset) IPSOCK_BPF_STATEMENT(0x48, offset)
#define IPSOCK_BPF_LOAD32_X(offset) IPSOCK_BPF_STATEMENT(0x40, offset)
/* A = length of the packet; X = length of the IPv4 header at offset. Bytes. */
#define IPSOCK_BPF_LOAD_LENGTH                IPSOCK_BPF_STATEMENT(0x80, 0)
#define IPSOCK_BPF_LOAD_HEADER_LENGTH(offset) IPSOCK_BPF_STATEMENT(0xb1, offset)

/* Arithmetic: A &= mask, A >>= bits. */
#define IPSOCK_BPF_AND(mask)         IPSOCK_BPF_STATEMENT(0x54, mask)
#define IPSOCK_BPF_SHIFT_RIGHT(bits) IPSOCK_BPF_STATEMENT(0x74, bits)

/* Tests: A == k, A > k, A >= k, A & k; then skip jt instructions, else jf. */
#define IPSOCK_BPF_IF_EQUAL(k, jt, jf)    IPSOCK_BPF_JUMP(0x15, k, jt, jf)
#define IPSOCK_BPF_IF_GREATER(k, jt, jf)  IPSOCK_BPF_JUMP(0x25, k, jt, jf)
#define IPSOCK_BPF_IF_AT_LEAST(k, jt, jf) IPSOCK_BPF_JUMP(0x35, k, jt, jf)
#define IPSOCK_BPF_IF_ANY_BIT(k, jt, jf)  IPSOCK_BPF_JUMP(0x45, k, jt, jf)

/* Verdicts: deliver the whole packet, or drop it. */
#define IPSOCK_BPF_ACCEPT IPSOCK_BPF_STATEMENT(0x06, 0xffffffffu)
#define IPSOCK_BPF_DROP   IPSOCK_BPF_STATEMENT(0x06, 0)

#ifdef __cplusplus
extern "C" {
#endif

/** Lets a type pass. NULL is ignored. x/net: ICMPFilter.Accept. */
IPSOCK_API void ipsock_icmp_filter_accept(struct ipsock_icmp_filter *filter, uint8_t type);
/** Blocks a type. NULL is ignored. x/net: ICMPFilter.Block. */
IPSOCK_API void ipsock_icmp_filter_block(struct ipsock_icmp_filter *filter, uint8_t type);
/** Blocks all types, or lets all pass. NULL is ignored. x/net: ICMPFilter.SetAll. */
IPSOCK_API void ipsock_icmp_filter_set_all(struct ipsock_icmp_filter *filter, bool block);
/** Whether a type is blocked; false for NULL. x/net: ICMPFilter.WillBlock. */
IPSOCK_API bool ipsock_icmp_filter_will_block(const struct ipsock_icmp_filter *filter,
                                              uint8_t type);

/** Installs a filter on a ping endpoint or a raw one whose protocol is the family's ICMP (1, 58);
 * it affects local delivery only, and replaces an earlier one. In the kernel: Linux on raw
 * endpoints, IPv4 types 0..31 (ICMP_FILTER, net/ipv4/raw.c) and all of IPv6; BSD and Darwin all of
 * IPv6 (ICMP6_FILTER, RFC 3542 3.2). In the library: everything else, with the same answers; what
 * it drops is counted in struct ipsock_counters' filter_discards and stays behind when the handle
 * is released. A kernel's filter looks at packets as they come: those that wait already are
 * delivered.
 * @return 0; IPSOCK_EINVAL ("filter" is NULL); IPSOCK_EKIND; IPSOCK_EFORKED; IPSOCK_ECLOSED. On
 * failure the earlier filter stays. */
IPSOCK_API int ipsock_set_icmp_filter(struct ipsock_endpoint *s,
                                      const struct ipsock_icmp_filter *filter);
/** The filter in force, also one that an adopted handle came with; all clear if there is none.
 * @return as ::ipsock_set_icmp_filter; IPSOCK_ENOTSUP for an answer of the kernel's that has
 * another length than it should. */
IPSOCK_API int ipsock_get_icmp_filter(struct ipsock_endpoint *s, struct ipsock_icmp_filter *filter);

/** Attaches a classic BPF program to a UDP, raw or ping endpoint; a packet for which it returns 0
 * is dropped, one for which it returns n is cut to n bytes, on UDP to no less than the header's 8;
 * that is no ::IPSOCK_MSG_TRUNC. Replaces an earlier one. Runs in the kernel on Linux
 * (SO_ATTACH_FILTER), in the library elsewhere, and where the kernel has no room for it
 * (net.core.optmem_max); then dropped packets are counted in filter_discards, and the program stays
 * behind when the handle is released. What is valid, and what it does, is the same everywhere;
 * docs/filters.md has the rules. The library does not see the checksum of a UDP header, nor what
 * Linux knows beside the packet. On raw IPv4 a packet that is cut within its IP header fails
 * ::ipsock_recv with IPSOCK_EHDRSHORT or IPSOCK_EEXTSHORT; batches deliver it;
 * ::ipsock_recv_ipv4 compares lengths and flags every cut one. Packets that wait
 * already are delivered where a kernel filters.
 * @param count 1..::IPSOCK_BPF_MAX
 * @return 0; IPSOCK_EINVAL (the option is "program" or "count"); IPSOCK_EPROGRAM for a program that
 * is not valid and IPSOCK_EFILTERVIEW for one that needs what the library cannot see:
 * ::ipsock_last_error's index is the instruction; IPSOCK_EKIND; IPSOCK_EPERM for a filter that was
 * locked (Linux SO_LOCK_FILTER); IPSOCK_ENOMEM; IPSOCK_EFORKED; IPSOCK_ECLOSED. On failure the
 * earlier program stays. */
IPSOCK_API int ipsock_set_bpf(struct ipsock_endpoint *s,
                              const struct ipsock_bpf_instruction *program, size_t count);
/** Takes the program away, on Linux also one that somebody else attached to the handle; 0 also when
 * there was none.
 * @return 0; IPSOCK_EKIND; IPSOCK_EPERM; IPSOCK_EFORKED; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_clear_bpf(struct ipsock_endpoint *s);

#ifdef __cplusplus
}
#endif

#endif
