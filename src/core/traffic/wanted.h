// SPDX-License-Identifier: BSD-2-Clause
/* Receiving where the library drops packets that nobody wants: multicast that the endpoint has not
 * joined (strict delivery on raw sockets, which hear every group of the host), ICMP types and what
 * a program refuses where the kernel's filter does not say so. Dropped packets are counted. */
#ifndef IPSK_WANTED_H
#define IPSK_WANTED_H

#include "core/endpoint/endpoint.h"

/* As ipsk_sys_recv, ipsk_sys_recv_ipv4 and ipsk_sys_recv_many, wanted packets only. A call that may
 * wait is sent to do so, by IPSOCK_EAGAIN, after every few dropped ones though more may be there:
 * waiting notices deadline, cancel and close, so that a flood does not outlast them. */
int ipsk_recv_wanted(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                     struct ipsock_error *error);
int ipsk_recv_ipv4_wanted(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                          struct ipsock_message *message, uint32_t flags,
                          struct ipsock_error *error);
int ipsk_recv_many_wanted(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                          struct ipsock_message *messages, size_t size, uint32_t count,
                          uint32_t *done, uint32_t flags, struct ipsock_error *error);

#endif
