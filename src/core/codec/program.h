// SPDX-License-Identifier: BSD-2-Clause
/* Classic BPF: what a valid program is, on every system alike. Pure. */
#ifndef IPSK_PROGRAM_H
#define IPSK_PROGRAM_H

#include <ipsock/filter.h>

/* IPSOCK_OK or IPSOCK_EPROGRAM; *index is then the first instruction that is wrong. */
int ipsk_program_check(const struct ipsock_bpf_instruction *program, size_t count, size_t *index);

/* The same for what is valid but needs what only a kernel sees: IPSOCK_EFILTERVIEW. udp: the view
 * begins with a UDP header, of which the checksum is not known. */
int ipsk_program_check_view(const struct ipsock_bpf_instruction *program, size_t count, bool udp,
                            size_t *index);

/* How many bytes of its view a sound program (both checks) can look at. SIZE_MAX: as many as there
 * are, or what it does depends on how many that is. */
size_t ipsk_program_reach(const struct ipsock_bpf_instruction *program, size_t count, bool udp);

#endif
