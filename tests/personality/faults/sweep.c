// SPDX-License-Identifier: BSD-2-Clause
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "sweep.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

const char *describe_error(int code)
{
    return ipsock_error_name(code);
}

static const struct {
    const char *name;
    int setup, traffic;
} errors[] = {
    {"ENOBUFS", IPSOCK_ENOBUFS, IPSOCK_ENOBUFS},
    {"ENOMEM", IPSOCK_ENOMEM, IPSOCK_ENOMEM},
    {"EMFILE", IPSOCK_ENFILE, IPSOCK_ENFILE},
    {"ENFILE", IPSOCK_ENFILE, IPSOCK_ENFILE},
    {"EPERM", IPSOCK_EPERM, IPSOCK_EPERM},
    {"EIO", IPSOCK_ESYSTEM, IPSOCK_ESYSTEM},
    {"ENOPROTOOPT", IPSOCK_ENOTSUP, IPSOCK_EHOSTUNREACH},
    {"EOPNOTSUPP", IPSOCK_ENOTSUP, IPSOCK_EHOSTUNREACH},
    {"EINVAL", IPSOCK_EINVAL, IPSOCK_EINVAL},
    {"EMSGSIZE", IPSOCK_EMSGSIZE, IPSOCK_EMSGSIZE},
    {"EADDRINUSE", IPSOCK_EADDRINUSE, IPSOCK_EADDRINUSE},
    {"EADDRNOTAVAIL", IPSOCK_EADDRNOTAVAIL, IPSOCK_EADDRNOTAVAIL},
    {"ENETUNREACH", IPSOCK_ENETUNREACH, IPSOCK_ENETUNREACH},
    {"EHOSTUNREACH", IPSOCK_EHOSTUNREACH, IPSOCK_EHOSTUNREACH},
    {"EHOSTDOWN", IPSOCK_EHOSTUNREACH, IPSOCK_EHOSTUNREACH},
    {"ENETDOWN", IPSOCK_ENETDOWN, IPSOCK_ENETDOWN},
    {"ECONNREFUSED", IPSOCK_ECONNREFUSED, IPSOCK_ECONNREFUSED},
    {"ECONNABORTED", IPSOCK_ECONNABORTED, IPSOCK_ECONNABORTED},
    {"ENOTSOCK", IPSOCK_ENOTSOCK, IPSOCK_ENOTSOCK},
    {"EBADF", IPSOCK_ENOTSOCK, IPSOCK_ENOTSOCK},
};

static int code_of(const char *error, bool traffic)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strcmp(errors[i].name, error) == 0)
            return traffic ? errors[i].traffic : errors[i].setup;
    fail_msg("no code is known for %s", error);
    return 0;
}

int setup_code(const char *error)
{
    return code_of(error, false);
}

int traffic_code(const char *error)
{
    return code_of(error, true);
}

/* What each call may say. */
static const struct call {
    const char *name;
    bool traffic;
    const char *errors[8];
} calls[] = {
    {"socket", false, {"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EIO"}},
    {"bind", false, {"EADDRINUSE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM", "EIO"}},
    {"connect", true, {"ENOBUFS", "ENOMEM", "ENETUNREACH", "EADDRNOTAVAIL", "ECONNREFUSED"}},
    {"listen", false, {"EADDRINUSE", "ENOBUFS", "EIO"}},
    {"accept4", false, {"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED"}},
    {"shutdown", false, {"ENOBUFS", "EIO"}},
    {"getsockname", false, {"ENOBUFS", "EBADF"}},
    {"getpeername", false, {"ENOBUFS", "EBADF"}},
    {"setsockopt", false, {"ENOPROTOOPT", "ENOBUFS", "ENOMEM", "EPERM", "EIO"}},
    {"getsockopt", false, {"ENOPROTOOPT", "ENOBUFS", "ENOMEM", "EIO"}},
    {"sendto", true, {"ENOBUFS", "ENOMEM", "EMSGSIZE", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"}},
    {"sendmsg", true, {"ENOBUFS", "ENOMEM", "EMSGSIZE", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"}},
    {"sendmmsg", true, {"ENOBUFS", "ENOMEM", "EMSGSIZE", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"}},
    {"recvfrom", true, {"ENOBUFS", "ENOMEM", "ECONNREFUSED"}},
    {"recvmsg", true, {"ENOBUFS", "ENOMEM", "ECONNREFUSED"}},
    {"recvmmsg", true, {"ENOBUFS", "ENOMEM", "ECONNREFUSED"}},
    {"poll", false, {"ENOMEM", "EIO"}},
    {"pipe", false, {"EMFILE", "ENFILE", "ENOMEM"}},
    {"fcntl", false, {"ENOMEM", "EBADF"}},
    {"getifaddrs", false, {"EMFILE", "ENOBUFS", "ENOMEM"}},
    {"if_nametoindex", false, {"ENOBUFS", "ENOMEM"}},
    {"if_indextoname", false, {"ENOBUFS", "ENOMEM"}},
    {"ioctl", false, {"ENOBUFS", "ENOMEM"}},
    {"close", false, {"EIO", "ENOBUFS"}},
};
enum { CALLS = sizeof calls / sizeof calls[0] };

const char *option_name(const char *call, unsigned n, const char *like)
{
    int level, name;
    if (!model_faults_option(call, n, &level, &name))
        return NULL;
    const char *const found = native_option_name(level, name, like);
    if (found == NULL)
        fail_msg("names.c does not know option %d of level %d", name, level);
    return found;
}

/* Which of the calls about this option the n-th is. */
static unsigned occurrence(const char *call, unsigned n, const char *option)
{
    unsigned nth = 0;
    for (unsigned i = 1; i <= n; i++)
        nth += strcmp(option_name(call, i, option), option) == 0;
    return nth;
}

/* As an option is named in an error: perhaps with what to change, in brackets. */
static bool is_named(const char *said, const char *option)
{
    const size_t length = strlen(option);
    return said != NULL && strncmp(said, option, length) == 0 &&
           (said[length] == 0 || strncmp(said + length, " (", 2) == 0);
}

static const struct exception *exception_of(const struct sweep *s, const char *call,
                                            const char *option, unsigned nth, const char *error)
{
    for (const struct exception *e = s->exceptions; e != NULL && e->call != NULL; e++)
        if (strcmp(e->call, call) == 0 &&
            (e->option == NULL || (option != NULL && strcmp(e->option, option) == 0)) &&
            (e->nth == 0 || e->nth == nth) && (e->error == NULL || strcmp(e->error, error) == 0))
            return e;
    return NULL;
}

uint32_t receivable(int kind, int family, uint32_t fields)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    uint32_t found = 0;
    ipsock_config_init(&config);
    config.kind = kind;
    config.family = family;
    config.protocol = kind == IPSOCK_RAW ? 253 : 0;
    OK(ipsock_open(&s, &config));
    for (uint32_t bit = 1; bit != 0; bit <<= 1)
        if ((fields & bit) && ipsock_set_receive_control(s, bit, true) == IPSOCK_OK)
            found |= bit;
    ipsock_free(s);
    return found;
}

void expect_clean(void)
{
    assert_int_equal(model_faults_descriptors(), 0);
    assert_int_equal(model_faults_stray_closings(), 0);
}

/* The code, the number, and what failed; operation: of the library's name for the call. */
static void expect_error(const char *name, const struct ipsock_error *error, int code,
                         const char *operation, const char *option, const char *native)
{
    char text[IPSOCK_ERROR_TEXT];
    OK(ipsock_error_format(error, text, sizeof text));
    if (error->code != code || error->native != model_faults_number(native) ||
        error->operation == NULL || strcmp(error->operation, operation) != 0 ||
        (option != NULL && !is_named(error->option, option)))
        fail_msg("%s: %s of %s %s: the error is \"%s\"", name, native, operation,
                 option == NULL ? "" : option, text);
}

/* One call fails. True: and the operation with it. */
static bool fail_once(const struct sweep *s, const struct call *call, unsigned n,
                      const char *native)
{
    const bool optional =
        strcmp(call->name, "setsockopt") == 0 || strcmp(call->name, "getsockopt") == 0;
    struct ipsock_error error;
    memset(&error, 0, sizeof error);
    s->prepare();
    model_faults_forget();
    model_faults_order(call->name, native, n, n);
    const int code = s->run(&error);
    if (model_faults_failed() != 1)
        fail_msg("%s: call %u of %s was not made", s->name, n, call->name);
    const char *const option = optional ? option_name(call->name, n, error.option) : NULL;
    const struct exception *const e = exception_of(
        s, call->name, option, option == NULL ? n : occurrence(call->name, n, option), native);
    const int wanted = e != NULL       ? e->code
                       : call->traffic ? traffic_code(native)
                                       : setup_code(native);
    if (code != wanted)
        fail_msg("%s: call %u of %s%s%s says %s: %s, not %s", s->name, n, call->name,
                 option == NULL ? "" : " ", option == NULL ? "" : option, native,
                 ipsock_error_name(code), ipsock_error_name(wanted));
    model_faults_forget();
    if (code < 0) {
        expect_error(s->name, &error, code,
                     e != NULL && e->operation != NULL    ? e->operation
                     : strcmp(call->name, "accept4") == 0 ? "accept"
                                                          : call->name,
                     e != NULL && e->named != NULL ? e->named : option, native);
        if (s->refused != NULL)
            s->refused();
        CODE(s->run(&error), IPSOCK_OK);
    }
    if (s->done != NULL)
        s->done();
    s->finish();
    expect_clean();
    return code < 0;
}

void sweep(const struct sweep *s)
{
    struct ipsock_error error;
    unsigned counts[CALLS], refusals = 0;
    s->prepare();
    model_faults_forget();
    memset(&error, 0, sizeof error);
    const int code = s->run(&error);
    if (code < 0)
        fail_msg("%s: %s of %s %s (%d)", s->name, ipsock_error_name(code),
                 error.operation == NULL ? "nothing" : error.operation,
                 error.option == NULL ? "" : error.option, error.native);
    for (int i = 0; i < CALLS; i++)
        counts[i] = model_faults_calls(calls[i].name);
    if (s->done != NULL)
        s->done();
    s->finish();
    expect_clean();
    for (int i = 0; i < CALLS; i++)
        for (unsigned n = 1; n <= counts[i]; n++)
            for (int k = 0; calls[i].errors[k] != NULL; k++)
                refusals += fail_once(s, &calls[i], n, calls[i].errors[k]);
    if (refusals < s->least)
        fail_msg("%s: only %u refusals", s->name, refusals);
}

/* ---- peers ---- */

void open_pair(struct pair *pair, struct ipsock_config *config)
{
    struct sockaddr_storage name;
    struct sockaddr_in *const to4 = (struct sockaddr_in *)&name;
    struct sockaddr_in6 *const to6 = (struct sockaddr_in6 *)&name;
    socklen_t length = sizeof name;
    const struct timeval patience = {.tv_sec = 10, .tv_usec = 0};
    const bool ipv6 = config->local.family == IPSOCK_IPV6;
    model_faults_forget();
    OK(ipsock_open(&pair->s, config));
    OK(ipsock_local_addr(pair->s, &pair->local));
    memset(&name, 0, sizeof name);
    name.ss_family = ipv6 ? AF_INET6 : AF_INET;
    if (ipv6) {
        to6->sin6_addr = in6addr_loopback;
        to6->sin6_port = htons(pair->local.port);
    } else {
        to4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to4->sin_port = htons(pair->local.port);
    }
    pair->plain = socket(name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        connect(pair->plain, (struct sockaddr *)&name, ipv6 ? sizeof *to6 : sizeof *to4), 0);
    setsockopt(pair->plain, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(getsockname(pair->plain, (struct sockaddr *)&name, &length), 0);
    pair->peer = ipsock_addr_loopback(ipv6 ? IPSOCK_IPV6 : IPSOCK_IPV4,
                                      ntohs(ipv6 ? to6->sin6_port : to4->sin_port));
    model_faults_forget();
}

void close_pair(struct pair *pair)
{
    model_faults_forget();
    ipsock_free(pair->s);
    close(pair->plain);
    pair->s = NULL;
    expect_clean();
}

void give(const struct pair *pair, const void *data, size_t length)
{
    assert_int_equal(send(pair->plain, data, length, 0), length);
}

int take(const struct pair *pair, void *data, size_t size)
{
    return (int)recv(pair->plain, data, size, 0);
}

bool has_plain(const struct pair *pair)
{
    struct pollfd fd = {.fd = pair->plain, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

/* Each program has a network of its own: raw endpoints hear every program of theirs. The address of
 * the link needs its scope. */
__attribute__((constructor)) static void isolate(void)
{
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (unshare(CLONE_NEWNET) != 0)
        return;
    const int link = socket(AF_INET, SOCK_DGRAM, 0);
    if (link < 0 || ioctl(link, SIOCSIFFLAGS, &loopback) != 0)
        abort();
    close(link);
}
