// SPDX-License-Identifier: BSD-2-Clause
/* Strict delivery where the kernel has no option for it (raw sockets hear every group that the host
 * has joined): what this endpoint has not joined is received, counted and dropped here. */
#ifndef IPSK_STRICT_H
#define IPSK_STRICT_H

#include "core/endpoint.h"

/* Fields that the filter needs of every packet. */
#define IPSK_STRICT_FIELDS (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)

/* As ipsk_sys_recv, ipsk_sys_recv_ipv4 and ipsk_sys_recv_many, wanted packets only. */
int ipsk_strict_recv(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                     struct ipsock_error *error);
int ipsk_strict_recv_ipv4(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                          struct ipsock_message *message, uint32_t flags,
                          struct ipsock_error *error);
int ipsk_strict_recv_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                          struct ipsock_message *messages, size_t size, uint32_t count,
                          uint32_t *done, uint32_t flags, struct ipsock_error *error);

#endif
