// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Conversion to and from the system's socket addresses. The only header that includes system
 * headers, and not part of ipsock.h.
 */
#ifndef IPSOCK_NATIVE_H
#define IPSOCK_NATIVE_H

#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#include <ipsock/addr.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Writes an address as struct sockaddr_in or sockaddr_in6; sets the length member where the system
 * has one.
 * @param size   bytes at sockaddr; sizeof(struct sockaddr_storage) suffices
 * @param length receives the exact length, which is what system calls want
 * @return 0; IPSOCK_EINVAL; IPSOCK_EFAMILY for no address; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_addr_to_sockaddr(const struct ipsock_addr *addr, struct sockaddr *sockaddr,
                                       size_t size, socklen_t *length);

/** Reads struct sockaddr_in or sockaddr_in6; a scope that the system embeds in link-local addresses
 * is moved to scope.
 * @param length bytes at sockaddr
 * @return 0; IPSOCK_EINVAL for null pointers or a length that its family needs more than;
 * IPSOCK_EFAMILY. */
IPSOCK_API int ipsock_addr_from_sockaddr(struct ipsock_addr *addr, const struct sockaddr *sockaddr,
                                         socklen_t length);

#ifdef __cplusplus
}
#endif

#endif
