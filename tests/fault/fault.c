// SPDX-License-Identifier: BSD-2-Clause
/* The calls that the linker puts in the way. */
#include "fault.h"

#include "core/codec/order.h"
#include "core/endpoint/backend.h"

#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>

enum { DESCRIPTORS = 1024 };

static struct {
    _Atomic unsigned calls, first, last;
    _Atomic int error;
} plans[FAULT_COUNT];
static _Atomic unsigned sendmmsg_limit, poll_lies, stray_closings;
static _Atomic size_t control_limit, control_room;
static _Atomic(void (*)(struct msghdr *)) change_received;
static _Atomic(void (*)(const struct msghdr *)) look_at_sent;
static const struct ipsk_header_orders *header_orders;
static _Atomic int getsockopt_length, path_mtu;
static _Atomic bool forgets_advice;
static _Atomic bool made[DESCRIPTORS]; /* through the library, and open */

void fault_reset(void)
{
    for (int i = 0; i < FAULT_COUNT; i++) {
        plans[i].calls = 0;
        plans[i].first = plans[i].last = 0;
    }
    sendmmsg_limit = poll_lies = stray_closings = 0;
    control_limit = SIZE_MAX;
    change_received = NULL;
    look_at_sent = NULL;
    header_orders = NULL;
    getsockopt_length = -1;
    path_mtu = 0;
    forgets_advice = false;
    for (int i = 0; i < DESCRIPTORS; i++)
        made[i] = false;
}

void fault_fail(enum fault_call call, unsigned first, unsigned last, int error)
{
    const unsigned before = plans[call].calls;
    plans[call].error = error;
    plans[call].last = before + last;
    plans[call].first = before + first;
}

unsigned fault_calls(enum fault_call call)
{
    return plans[call].calls;
}

unsigned fault_all_calls(void)
{
    unsigned all = 0;
    for (int i = 0; i < FAULT_COUNT; i++)
        all += plans[i].calls;
    return all;
}

const char *fault_name(enum fault_call call)
{
    static const char *const names[] = {
#define FAULT_NAME(name) #name,
        FAULT_CALLS(FAULT_NAME)};
    return names[call];
}

void fault_limit_sendmmsg(unsigned most)
{
    sendmmsg_limit = most;
}

void fault_limit_control(size_t most)
{
    control_limit = most;
}

size_t fault_control_room(void)
{
    return control_room;
}

void fault_change_received(void (*change)(struct msghdr *h))
{
    change_received = change;
}

void fault_look_at_sent(void (*look)(const struct msghdr *h))
{
    look_at_sent = look;
}

void fault_header_order(const struct ipsk_header_orders *orders)
{
    header_orders = orders;
}

void fault_getsockopt_length(socklen_t length)
{
    getsockopt_length = (int)length;
}

void fault_say_path_mtu(int mtu)
{
    path_mtu = mtu;
}

void fault_forget_advice(bool forget)
{
    forgets_advice = forget;
}

void fault_lie_in_poll(unsigned times)
{
    poll_lies = times;
}

unsigned fault_open_descriptors(void)
{
    unsigned count = 0;
    for (int i = 0; i < DESCRIPTORS; i++)
        count += made[i];
    return count;
}

unsigned fault_stray_closings(void)
{
    return stray_closings;
}

/* Counts a call; true if it shall fail, with errno set. */
static bool fails(enum fault_call call)
{
    const unsigned number = atomic_fetch_add(&plans[call].calls, 1) + 1;
    const unsigned first = plans[call].first;
    if (first == 0 || number < first || number > plans[call].last)
        return false;
    errno = plans[call].error;
    return true;
}

static int note(int fd)
{
    if (fd >= 0 && fd < DESCRIPTORS)
        made[fd] = true;
    return fd;
}

/* The compiler wants to have seen a function before it is defined. */
#define WRAP(type, name, parameters) \
    type __real_##name parameters;   \
    type __wrap_##name parameters;   \
    type __wrap_##name parameters

WRAP(int, socket, (int domain, int type, int protocol))
{
    return fails(FAULT_socket) ? -1 : note(__real_socket(domain, type, protocol));
}

WRAP(int, bind, (int fd, const struct sockaddr *name, socklen_t length))
{
    return fails(FAULT_bind) ? -1 : __real_bind(fd, name, length);
}

WRAP(int, connect, (int fd, const struct sockaddr *name, socklen_t length))
{
    if (!fails(FAULT_connect))
        return __real_connect(fd, name, length);
    const int error = errno;
    if (error == EINTR) /* the attempt goes on */
        __real_connect(fd, name, length);
    errno = error;
    return -1;
}

WRAP(int, listen, (int fd, int backlog))
{
    return fails(FAULT_listen) ? -1 : __real_listen(fd, backlog);
}

WRAP(int, accept4, (int fd, struct sockaddr *name, socklen_t *length, int flags))
{
    return fails(FAULT_accept4) ? -1 : note(__real_accept4(fd, name, length, flags));
}

WRAP(int, getsockname, (int fd, struct sockaddr *name, socklen_t *length))
{
    return fails(FAULT_getsockname) ? -1 : __real_getsockname(fd, name, length);
}

WRAP(int, getpeername, (int fd, struct sockaddr *name, socklen_t *length))
{
    return fails(FAULT_getpeername) ? -1 : __real_getpeername(fd, name, length);
}

WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t length))
{
    return fails(FAULT_setsockopt) ? -1 : __real_setsockopt(fd, level, name, value, length);
}

WRAP(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *length))
{
    if (fails(FAULT_getsockopt))
        return -1;
    const int result = __real_getsockopt(fd, level, name, value, length);
    const int mtu = path_mtu;
    if (mtu != 0 && level == IPPROTO_IP && name == IP_MTU)
        memcpy(value, &mtu, sizeof mtu);
    if (mtu != 0 && level == IPPROTO_IPV6 && name == IPV6_PATHMTU)
        memcpy((char *)value + 28, &mtu, sizeof mtu); /* ip6_mtuinfo, behind its address */
    if (result == 0 && getsockopt_length >= 0)
        *length = (socklen_t)getsockopt_length;
    return result;
}

static void limit_control(struct msghdr *h)
{
    control_room = h->msg_controllen;
    if (h->msg_controllen > control_limit)
        h->msg_controllen = control_limit;
}

static void received(struct msghdr *h)
{
    void (*const change)(struct msghdr *) = change_received;
    if (change != NULL)
        change(h);
}

WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *h, int flags))
{
    void (*const look)(const struct msghdr *) = look_at_sent;
    if (look != NULL)
        look(h);
    return fails(FAULT_sendmsg) ? -1 : __real_sendmsg(fd, h, flags);
}

WRAP(ssize_t, sendto,
     (int fd, const void *data, size_t size, int flags, const struct sockaddr *name,
      socklen_t length))
{
    return fails(FAULT_sendto) ? -1 : __real_sendto(fd, data, size, flags, name, length);
}

WRAP(ssize_t, recvmsg, (int fd, struct msghdr *h, int flags))
{
    if (fails(FAULT_recvmsg))
        return -1;
    limit_control(h);
    const ssize_t n = __real_recvmsg(fd, h, flags);
    if (n >= 0)
        received(h);
    return n;
}

WRAP(ssize_t, recvfrom,
     (int fd, void *data, size_t size, int flags, struct sockaddr *name, socklen_t *length))
{
    return fails(FAULT_recvfrom) ? -1 : __real_recvfrom(fd, data, size, flags, name, length);
}

WRAP(int, sendmmsg, (int fd, struct mmsghdr *h, unsigned count, int flags))
{
    if (fails(FAULT_sendmmsg))
        return -1;
    if (sendmmsg_limit != 0 && count > sendmmsg_limit)
        count = sendmmsg_limit;
    return __real_sendmmsg(fd, h, count, flags);
}

WRAP(int, recvmmsg, (int fd, struct mmsghdr *h, unsigned count, int flags, struct timespec *limit))
{
    if (fails(FAULT_recvmmsg))
        return -1;
    for (unsigned i = 0; i < count; i++)
        limit_control(&h[i].msg_hdr);
    const int n = __real_recvmmsg(fd, h, count, flags, limit);
    for (int i = 0; i < n; i++)
        received(&h[i].msg_hdr);
    return n;
}

WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout))
{
    if (fails(FAULT_poll))
        return -1;
    if (poll_lies == 0)
        return __real_poll(fds, count, timeout);
    poll_lies--;
    for (nfds_t i = 0; i < count; i++)
        fds[i].revents = fds[i].events;
    return (int)count;
}

WRAP(int, eventfd, (unsigned value, int flags))
{
    return fails(FAULT_eventfd) ? -1 : note(__real_eventfd(value, flags));
}

WRAP(int, pipe, (int fds[2]))
{
    if (fails(FAULT_pipe))
        return -1;
    const int result = __real_pipe(fds);
    if (result == 0) {
        note(fds[0]);
        note(fds[1]);
    }
    return result;
}

WRAP(int, clock_gettime, (clockid_t clock, struct timespec *now))
{
    return fails(FAULT_clock_gettime) ? -1 : __real_clock_gettime(clock, now);
}

WRAP(pid_t, getpid, (void))
{
    return fails(FAULT_getpid) ? -1 : __real_getpid();
}

WRAP(int, uname, (struct utsname * name))
{
    return fails(FAULT_uname) ? -1 : __real_uname(name);
}

WRAP(void *, mmap, (void *at, size_t length, int protection, int flags, int fd, off_t offset))
{
    return fails(FAULT_mmap) ? MAP_FAILED : __real_mmap(at, length, protection, flags, fd, offset);
}

WRAP(int, madvise, (void *at, size_t length, int advice))
{
    if (fails(FAULT_madvise))
        return -1;
    return forgets_advice ? 0 : __real_madvise(at, length, advice);
}

WRAP(void *, calloc, (size_t count, size_t size))
{
    return fails(FAULT_calloc) ? NULL : __real_calloc(count, size);
}

/* A close that fails has closed all the same, as on Linux. */
WRAP(int, close, (int fd))
{
    const bool bad = fails(FAULT_close);
    const int error = errno;
    if (fd < 0 || fd >= DESCRIPTORS || !made[fd])
        stray_closings++;
    else
        made[fd] = false;
    const int result = __real_close(fd);
    if (bad)
        errno = error;
    return bad ? -1 : result;
}

WRAP(ssize_t, read, (int fd, void *data, size_t size))
{
    return fails(FAULT_read) ? -1 : __real_read(fd, data, size);
}

WRAP(ssize_t, write, (int fd, const void *data, size_t size))
{
    return fails(FAULT_write) ? -1 : __real_write(fd, data, size);
}

WRAP(void, ipsk_sys_header_order, (struct ipsk_header_orders * orders))
{
    if (header_orders == NULL)
        __real_ipsk_sys_header_order(orders);
    else
        *orders = *header_orders;
}

/* ---- what the tests share; the plain side calls the system directly ---- */

unsigned fault_count_descriptors(void)
{
    unsigned count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 3; /* ".", "..", and the directory itself */
}

static void open_plain(struct fault_pair *pair, int family)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    const struct timeval patience = {.tv_sec = 5, .tv_usec = 0};
    memset(&name, 0, sizeof name);
    name.ss_family = family == IPSOCK_IPV4 ? AF_INET : AF_INET6;
    if (family == IPSOCK_IPV4)
        ((struct sockaddr_in *)&name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        ((struct sockaddr_in6 *)&name)->sin6_addr = in6addr_loopback;
    pair->plain = __real_socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(pair->plain >= 0);
    assert_int_equal(__real_bind(pair->plain, (struct sockaddr *)&name,
                                 family == IPSOCK_IPV4 ? sizeof(struct sockaddr_in)
                                                       : sizeof(struct sockaddr_in6)),
                     0);
    __real_setsockopt(pair->plain, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(__real_getsockname(pair->plain, (struct sockaddr *)&name, &length), 0);
    const uint16_t port = ntohs(family == IPSOCK_IPV4 ? ((struct sockaddr_in *)&name)->sin_port
                                                      : ((struct sockaddr_in6 *)&name)->sin6_port);
    pair->peer = ipsock_addr_loopback(family, port);
}

void fault_open_pair(struct fault_pair *pair, int family, uint32_t flags, uint32_t receive_control,
                     uint32_t send_control)
{
    struct ipsock_config config;
    struct ipsock_addr local;
    const bool dual = (flags & IPSOCK_OPEN_DUAL_STACK) != 0;
    struct sockaddr_in to4;
    struct sockaddr_in6 to6;
    fault_reset();
    open_plain(pair, dual ? IPSOCK_IPV4 : family);
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.flags = flags;
    config.local = dual ? ipsock_addr_any(IPSOCK_IPV6, 0) : ipsock_addr_loopback(family, 0);
    config.receive_control = receive_control;
    config.send_control = send_control;
    FAULT_OK(ipsock_open(&pair->s, &config));
    FAULT_OK(ipsock_local_addr(pair->s, &local));
    if (pair->peer.family == IPSOCK_IPV4) {
        memset(&to4, 0, sizeof to4);
        to4.sin_family = AF_INET;
        to4.sin_port = htons(local.port);
        to4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        assert_int_equal(__real_connect(pair->plain, (struct sockaddr *)&to4, sizeof to4), 0);
    } else {
        memset(&to6, 0, sizeof to6);
        to6.sin6_family = AF_INET6;
        to6.sin6_port = htons(local.port);
        to6.sin6_addr = in6addr_loopback;
        assert_int_equal(__real_connect(pair->plain, (struct sockaddr *)&to6, sizeof to6), 0);
    }
    fault_reset();
}

void fault_close_pair(struct fault_pair *pair)
{
    fault_reset();
    ipsock_free(pair->s);
    __real_close(pair->plain);
    pair->s = NULL;
}

void fault_give(const struct fault_pair *pair, const void *data, size_t length)
{
    assert_int_equal(send(pair->plain, data, length, 0), length);
}

int fault_take(const struct fault_pair *pair, void *data, size_t size)
{
    return (int)recv(pair->plain, data, size, 0);
}

struct fault_batch *fault_make_batch(void)
{
    struct fault_batch *b = malloc(sizeof *b);
    const size_t size = ipsock_batch_size(FAULT_MESSAGES);
    assert_non_null(b);
    memset(b, 0, sizeof *b);
    b->memory = malloc(size);
    assert_non_null(b->memory);
    FAULT_OK(ipsock_batch_init(b->memory, size, FAULT_MESSAGES, &b->batch));
    for (int i = 0; i < FAULT_MESSAGES; i++) {
        ipsock_message_init(&b->messages[i], &b->buffers[i], b->data[i], FAULT_DATA);
        b->messages[i].control = &b->control[i];
    }
    return b;
}

void fault_free_batch(struct fault_batch *b)
{
    free(b->memory);
    free(b);
}

void fault_need_privilege(const struct ipsock_endpoint *s)
{
    if (s != NULL)
        return;
    print_message("needs privilege for raw sockets\n");
    skip();
}

bool fault_has_ipv6(void)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const int fd = __real_socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool has = fd >= 0 && __real_bind(fd, (struct sockaddr *)&name, sizeof name) == 0;
    if (fd >= 0)
        __real_close(fd);
    return has;
}

bool fault_native_batches(void)
{
    return ipsk_sys_recv_many_name() != NULL; /* the ledger would make system calls, which count */
}

/* Raw endpoints hear every program of their network: each program has its own where it may, with
 * loopback and the kernel's ping sockets. */
__attribute__((constructor)) static void isolate(void)
{
    static const char range[] = "0 2147483647\n";
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (unshare(CLONE_NEWNET) != 0)
        return;
    const int link = __real_socket(AF_INET, SOCK_DGRAM, 0);
    const int ping = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY);
    if (ioctl(link, SIOCSIFFLAGS, &loopback) != 0)
        abort();
    const ssize_t allowed = __real_write(ping, range, sizeof range - 1);
    (void)allowed; /* a container's may be read-only: what needs it is skipped there */
    __real_close(link);
    __real_close(ping);
}
