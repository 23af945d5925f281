// SPDX-License-Identifier: BSD-2-Clause
/* Classic BPF: programs that the library runs itself. Pure. */
#ifndef IPSK_PROGRAM_RUN_H
#define IPSK_PROGRAM_RUN_H

#include <ipsock/filter.h>

#include "core/codec/instruction.h"

struct ipsk_program {
    size_t count;
    size_t reach;  /* program.h */
    uint16_t port; /* local, of a UDP endpoint; 0 until it is known */
    struct ipsock_bpf_instruction *instructions;
    uint8_t *room; /* for one packet, a UDP header before it: the caller's buffers may be smaller */
};
#define IPSK_PROGRAM_ROOM (IPSK_UDP_HEADER + 65536)

/* Runs a valid program (program.h) on a packet, of which no more need be there than it can reach;
 * the bytes to keep, 0 to drop it. udp: the view begins with a UDP header, of which the checksum is
 * not known; a load that comes to it after all, because X + offset wraps, drops the packet. */
uint32_t ipsk_program_run(const struct ipsock_bpf_instruction *program, size_t count, bool udp,
                          const uint8_t *packet, size_t length);

#endif
