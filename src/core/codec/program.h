// SPDX-License-Identifier: BSD-2-Clause
/* Classic BPF: what a valid program is, on every system alike, and running one. Pure. */
#ifndef IPSK_PROGRAM_H
#define IPSK_PROGRAM_H

#include <ipsock/filter.h>

/* Bytes of the header that the view of a UDP packet begins with. */
#define IPSK_UDP_HEADER 8

/* A program that the library runs itself. */
struct ipsk_program {
    size_t count;
    uint16_t port; /* local, of a UDP endpoint; 0 until it is known */
    struct ipsock_bpf_instruction *instructions;
    uint8_t *room; /* for one packet, a UDP header before it: the caller's buffers may be smaller */
};
#define IPSK_PROGRAM_ROOM (IPSK_UDP_HEADER + 65536)

/* IPSOCK_OK or IPSOCK_EPROGRAM; *index is then the first instruction that is wrong. */
int ipsk_program_check(const struct ipsock_bpf_instruction *program, size_t count, size_t *index);

/* The same for what is valid but needs what only a kernel sees: IPSOCK_EFILTERVIEW. udp: the view
 * begins with a UDP header, of which the checksum is not known. */
int ipsk_program_check_view(const struct ipsock_bpf_instruction *program, size_t count, bool udp,
                            size_t *index);

/* Runs a valid program on a packet; the bytes to keep, 0 to drop it. udp: as above; a load that
 * comes to the checksum after all, because X + offset wraps, drops the packet. */
uint32_t ipsk_program_run(const struct ipsock_bpf_instruction *program, size_t count, bool udp,
                          const uint8_t *packet, size_t length);

#endif
