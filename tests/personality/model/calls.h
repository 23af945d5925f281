// SPDX-License-Identifier: BSD-2-Clause
/* The calls that the model defines, by the names that ../calls.def gives the system's own. */
#ifndef MODEL_CALLS_H
#define MODEL_CALLS_H

#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>

#include "model.h"

/* The type of getnameinfo sizes: size_t or socklen_t. */
typedef MODEL_NAME_SIZE kernel_size;

int kernel_socket(int family, int type, int protocol);
int kernel_close(int fd);
int kernel_bind(int fd, const struct sockaddr *name, socklen_t length);
int kernel_connect(int fd, const struct sockaddr *name, socklen_t length);
int kernel_getsockname(int fd, struct sockaddr *name, socklen_t *length);
int kernel_getpeername(int fd, struct sockaddr *name, socklen_t *length);
int kernel_listen(int fd, int backlog);
int kernel_shutdown(int fd, int how);
int kernel_accept(int fd, struct sockaddr *name, socklen_t *length);
int kernel_accept4(int fd, struct sockaddr *name, socklen_t *length, int flags);
int kernel_paccept(int fd, struct sockaddr *name, socklen_t *length, const void *mask, int flags);
int kernel_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int kernel_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
ssize_t kernel_sendmsg(int fd, const struct msghdr *h, int flags);
ssize_t kernel_recvmsg(int fd, struct msghdr *h, int flags);
ssize_t kernel_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *name,
                      socklen_t length);
ssize_t kernel_recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *name,
                        socklen_t *length);
ssize_t kernel_send(int fd, const void *data, size_t size, int flags);
ssize_t kernel_recv(int fd, void *data, size_t size, int flags);
int kernel_clock_gettime(clockid_t clock, struct timespec *time);
int kernel_sysctl(const int *name, unsigned count, void *value, size_t *length, const void *changed,
                  size_t changed_length);
int kernel_sysctlbyname(const char *name, void *value, size_t *length, const void *changed,
                        size_t changed_length);
int kernel_getifaddrs(struct ifaddrs **list);
void kernel_freeifaddrs(struct ifaddrs *list);
int kernel_fcntl(int fd, int command, ...);
int kernel_ioctl(int fd, unsigned long request, ...);
int kernel_pipe(int fds[2]);
int kernel_pipe2(int fds[2], int flags);
ssize_t kernel_read(int fd, void *data, size_t size);
ssize_t kernel_write(int fd, const void *data, size_t size);
int kernel_poll(struct pollfd *fds, nfds_t count, int milliseconds);
unsigned kernel_if_nametoindex(const char *name);
char *kernel_if_indextoname(unsigned index, char *name);
int kernel_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
void kernel_freeaddrinfo(struct addrinfo *found);
int kernel_getnameinfo(const struct sockaddr *name, socklen_t length, char *host,
                       kernel_size host_size, char *service, kernel_size service_size, int flags);

#endif
