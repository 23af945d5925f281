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
 * (payload at offset 8), at the IP header on raw IPv4, at the payload on raw IPv6. Example, UDP
 * payloads whose first byte is even:
 *
 *     struct ipsock_bpf_instruction even[] = {
 *         IPSOCK_BPF_LOAD8(8),          IPSOCK_BPF_AND(1),
 *         IPSOCK_BPF_IF_EQUAL(0, 0, 1), IPSOCK_BPF_ACCEPT,
 *         IPSOCK_BPF_DROP,
 *     };
 */
#define IPSOCK_BPF_STATEMENT(code, k)         \
    {                                         \
        (uint16_t)(code), 0, 0, (uint32_t)(k) \
    }
#define IPSOCK_BPF_JUMP(code, k, jt, jf)                              \
    {                                                                 \
        (uint16_t)(code), (uint8_t)(jt), (uint8_t)(jf), (uint32_t)(k) \
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

/** Installs a filter on a raw ICMP or ping endpoint; it affects local delivery only. The system's
 * filter where it has one (Linux types 0..31 for IPv4; all for IPv6 but on Windows), the library
 * for the rest.
 * @return 0; IPSOCK_EINVAL; IPSOCK_EKIND; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_set_icmp_filter(struct ipsock_endpoint *s,
                                      const struct ipsock_icmp_filter *filter);
/** The filter in force; all clear if none was set. @return as ::ipsock_set_icmp_filter. */
IPSOCK_API int ipsock_get_icmp_filter(struct ipsock_endpoint *s, struct ipsock_icmp_filter *filter);

/** Attaches a classic BPF program; a packet for which it returns 0 is dropped, one for which it
 * returns n is cut to n bytes. Replaces an earlier one. In the kernel on Linux, in the library
 * elsewhere.
 * @param count 1..::IPSOCK_BPF_MAX
 * @return 0; IPSOCK_EINVAL; IPSOCK_EPROGRAM for a program that is not valid and IPSOCK_EFILTERVIEW
 * for one that needs what the library cannot see: ::ipsock_last_error's index is the instruction;
 * IPSOCK_EKIND; IPSOCK_EPERM for a locked filter; IPSOCK_ECLOSED. On failure the earlier program
 * stays. */
IPSOCK_API int ipsock_set_bpf(struct ipsock_endpoint *s,
                              const struct ipsock_bpf_instruction *program, size_t count);
/** Takes the program away; 0 also when there was none. @return as ::ipsock_set_bpf. */
IPSOCK_API int ipsock_clear_bpf(struct ipsock_endpoint *s);

#ifdef __cplusplus
}
#endif

#endif
