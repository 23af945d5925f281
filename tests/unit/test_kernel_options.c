// SPDX-License-Identifier: BSD-2-Clause
/* What the library asks for is what the kernel then has, read from the socket without the library:
 * a wrong constant that is set and got alike would go unnoticed. Linux. V4-OPT-01 to 03, V6-OPT-01,
 * V6-OPT-02, V6-OPT-06, ERR-07, FILT-02, BPF-03. */
#include "unit.h"

#include <ipsock/ipsock.h>

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/endpoint/backend.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef IP_MULTICAST_ALL
#define IP_MULTICAST_ALL 49
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

static int held(const struct ipsock_endpoint *s, int level, int name)
{
    int value = -12345;
    socklen_t length = sizeof value;
    if (getsockopt((int)ipsock_handle(s), level, name, &value, &length) != 0)
        fail_msg("getsockopt %d %d", level, name);
    assert_int_equal(length, sizeof value);
    return value;
}

/* qemu-user passes on the options that it knows, which are few. */
static void need_kernel(void)
{
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const int on = 1;
    const bool real =
        setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on) == 0 &&
        getsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &(int){0}, &(socklen_t){sizeof(int)}) == 0;
    close(fd);
    if (!real) {
        print_message("skip: not a kernel's own sockets\n");
        skip();
    }
}

static struct ipsock_config plain(int family, int kind)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.family = family;
    config.kind = kind;
    return config;
}

/* NULL where this host lacks the family or the privilege. */
static struct ipsock_endpoint *open_one(const struct ipsock_config *config)
{
    struct ipsock_endpoint *s = NULL;
    const int code = ipsock_open(&s, config);
    if (code == IPSOCK_ENOTSUP || code == IPSOCK_EPERM || code == IPSOCK_EADDRNOTAVAIL)
        return NULL;
    unit_int("open", code, IPSOCK_OK);
    return s;
}

static const int kinds[] = {IPSOCK_UDP, IPSOCK_TCP};
static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6};

static void err_07_buffers_are_the_right_ones(void **state)
{
    (void)state;
    need_kernel();
    for (size_t i = 0; i < COUNT(families); i++) {
        const struct ipsock_config config = plain(families[i], IPSOCK_UDP);
        struct ipsock_endpoint *s = open_one(&config);
        if (s == NULL)
            continue;
        unit_int("receive", ipsock_set_receive_buffer(s, 20000), IPSOCK_OK);
        unit_int("send", ipsock_set_send_buffer(s, 30000), IPSOCK_OK);
        unit_int("SO_RCVBUF", held(s, SOL_SOCKET, SO_RCVBUF), 40000); /* Linux doubles */
        unit_int("SO_SNDBUF", held(s, SOL_SOCKET, SO_SNDBUF), 60000);
        ipsock_free(s);
    }
}

static void v4_opt_01_traffic_class_and_hop_limit_are_the_right_ones(void **state)
{
    (void)state;
    need_kernel();
    for (size_t k = 0; k < COUNT(kinds); k++) {
        const struct ipsock_config config = plain(IPSOCK_IPV4, kinds[k]);
        struct ipsock_endpoint *s = open_one(&config);
        assert_non_null(s);
        unit_int("set", ipsock_set_traffic_class(s, 0x28), IPSOCK_OK);
        unit_int("set", ipsock_set_hop_limit(s, 33), IPSOCK_OK);
        unit_int("IP_TOS", held(s, IPPROTO_IP, IP_TOS), 0x28);
        unit_int("IP_TTL", held(s, IPPROTO_IP, IP_TTL), 33);
        unit_int("IP_MULTICAST_TTL", held(s, IPPROTO_IP, IP_MULTICAST_TTL), 1);
        unit_int("set", ipsock_set_traffic_class(s, IPSOCK_DEFAULT), IPSOCK_OK);
        unit_int("set", ipsock_set_hop_limit(s, IPSOCK_DEFAULT), IPSOCK_OK);
        unit_int("IP_TOS", held(s, IPPROTO_IP, IP_TOS), 0);
        assert_int_not_equal(held(s, IPPROTO_IP, IP_TTL), 33);
        ipsock_free(s);
    }
}

static void v6_opt_01_traffic_class_and_hop_limit_are_the_right_ones(void **state)
{
    (void)state;
    need_kernel();
    for (size_t k = 0; k < COUNT(kinds); k++) {
        for (uint32_t dual = 0; dual < 2; dual++) {
            struct ipsock_config config = plain(IPSOCK_IPV6, kinds[k]);
            config.flags = dual ? IPSOCK_OPEN_DUAL_STACK : 0;
            struct ipsock_endpoint *s = open_one(&config);
            if (s == NULL)
                continue;
            unit_int("set", ipsock_set_traffic_class(s, 0x28), IPSOCK_OK);
            unit_int("set", ipsock_set_hop_limit(s, 33), IPSOCK_OK);
            unit_int("IPV6_TCLASS", held(s, IPPROTO_IPV6, IPV6_TCLASS), 0x28);
            unit_int("IPV6_UNICAST_HOPS", held(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 33);
            unit_int("IPV6_V6ONLY", held(s, IPPROTO_IPV6, IPV6_V6ONLY), !dual);
            unit_int("IP_TOS", held(s, IPPROTO_IP, IP_TOS), dual ? 0x28 : 0);
            if (dual)
                unit_int("IP_TTL", held(s, IPPROTO_IP, IP_TTL), 33);
            unit_int("set", ipsock_set_traffic_class(s, IPSOCK_DEFAULT), IPSOCK_OK);
            unit_int("set", ipsock_set_hop_limit(s, IPSOCK_DEFAULT), IPSOCK_OK);
            unit_int("IPV6_TCLASS", held(s, IPPROTO_IPV6, IPV6_TCLASS), 0);
            assert_int_not_equal(held(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS), 33);
            unit_int("IP_TOS", held(s, IPPROTO_IP, IP_TOS), 0);
            ipsock_free(s);
        }
    }
}

/* A dual-stack endpoint has both families' at once. */
static void v6_mc_01_multicast_hop_limits_are_the_right_ones(void **state)
{
    (void)state;
    need_kernel();
    struct ipsock_config config = plain(IPSOCK_IPV6, IPSOCK_UDP);
    config.flags = IPSOCK_OPEN_DUAL_STACK;
    struct ipsock_endpoint *s = open_one(&config);
    if (s == NULL)
        skip();
    unit_int("set", ipsock_set_multicast_hop_limit(s, 9), IPSOCK_OK);
    unit_int("IPV6_MULTICAST_HOPS", held(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 9);
    unit_int("IP_MULTICAST_TTL", held(s, IPPROTO_IP, IP_MULTICAST_TTL), 9);
    unit_int("set", ipsock_set_multicast_hop_limit(s, IPSOCK_DEFAULT), IPSOCK_OK);
    unit_int("IPV6_MULTICAST_HOPS", held(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS), 1);
    unit_int("IP_MULTICAST_TTL", held(s, IPPROTO_IP, IP_MULTICAST_TTL), 1);
    ipsock_free(s);
}

static void v4_opt_dont_fragment_is_the_right_one(void **state)
{
    (void)state;
    need_kernel();
    for (uint32_t mapped = 0; mapped < 2; mapped++) {
        struct ipsock_config config = plain(mapped ? IPSOCK_IPV6 : IPSOCK_IPV4, IPSOCK_UDP);
        config.flags = mapped ? IPSOCK_OPEN_DUAL_STACK : 0;
        struct ipsock_endpoint *s = open_one(&config);
        if (s == NULL)
            continue;
        unit_int("on", ipsock_set_dont_fragment(s, true), IPSOCK_OK);
        unit_int("IP_MTU_DISCOVER", held(s, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO);
        if (mapped)
            unit_int("IPV6_DONTFRAG", held(s, IPPROTO_IPV6, IPV6_DONTFRAG), 1);
        unit_int("off", ipsock_set_dont_fragment(s, false), IPSOCK_OK);
        unit_int("IP_MTU_DISCOVER", held(s, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DONT);
        if (mapped)
            unit_int("IPV6_DONTFRAG", held(s, IPPROTO_IPV6, IPV6_DONTFRAG), 0);
        ipsock_free(s);
    }
}

/* What opening asks for. */
static void v4_opt_03_flags_are_the_right_options(void **state)
{
    (void)state;
    need_kernel();
    static const struct {
        int family, kind, protocol;
        uint32_t flag;
        int level, name, before, after;
    } cases[] = {
        {IPSOCK_IPV4, IPSOCK_UDP, 0, IPSOCK_OPEN_REUSE, SOL_SOCKET, SO_REUSEADDR, 0, 1},
        {IPSOCK_IPV6, IPSOCK_UDP, 0, IPSOCK_OPEN_REUSE, SOL_SOCKET, SO_REUSEADDR, 0, 1},
        {IPSOCK_IPV4, IPSOCK_UDP, 0, IPSOCK_OPEN_BROADCAST, SOL_SOCKET, SO_BROADCAST, 0, 1},
        {IPSOCK_IPV4, IPSOCK_RAW, 253, IPSOCK_OPEN_BROADCAST, SOL_SOCKET, SO_BROADCAST, 0, 1},
        {IPSOCK_IPV4, IPSOCK_RAW, 253, IPSOCK_OPEN_HEADER_INCLUDED, IPPROTO_IP, IP_HDRINCL, 0, 1},
        {IPSOCK_IPV4, IPSOCK_UDP, 0, IPSOCK_OPEN_STRICT_MULTICAST, IPPROTO_IP, IP_MULTICAST_ALL, 1,
         0},
        {IPSOCK_IPV6, IPSOCK_UDP, 0, IPSOCK_OPEN_STRICT_MULTICAST, IPPROTO_IPV6, IPV6_MULTICAST_ALL,
         1, 0},
        {IPSOCK_IPV6, IPSOCK_UDP, 0, IPSOCK_OPEN_BROADCAST | IPSOCK_OPEN_DUAL_STACK, SOL_SOCKET,
         SO_BROADCAST, 0, 1},
        /* off on such a socket from the beginning, and after all that strictness switches on */
        {IPSOCK_IPV6, IPSOCK_UDP, 0, IPSOCK_OPEN_STRICT_MULTICAST | IPSOCK_OPEN_DUAL_STACK,
         IPPROTO_IP, IP_MULTICAST_ALL, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ipsock_config config = plain(cases[i].family, cases[i].kind);
        config.protocol = cases[i].protocol;
        struct ipsock_endpoint *s = open_one(&config);
        if (s == NULL)
            continue;
        unit_int("without", held(s, cases[i].level, cases[i].name), cases[i].before);
        ipsock_free(s);
        config.flags = cases[i].flag;
        s = open_one(&config);
        assert_non_null(s);
        unit_int("with", held(s, cases[i].level, cases[i].name), cases[i].after);
        ipsock_free(s);
    }
}

/* Each bit of received control and the options that it stands for. */
static void cm_20_bits_are_the_right_options(void **state)
{
    (void)state;
    need_kernel();
    static const struct {
        uint32_t bit;
        int family;
        bool dual;
        int level, name;
    } cases[] = {
        {IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_IPV4, false, IPPROTO_IP, IP_RECVTTL},
        {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_IPV4, false, IPPROTO_IP, IP_RECVTOS},
        {IPSOCK_CONTROL_DESTINATION, IPSOCK_IPV4, false, IPPROTO_IP, IP_PKTINFO},
        {IPSOCK_CONTROL_INTERFACE, IPSOCK_IPV4, false, IPPROTO_IP, IP_PKTINFO},
        {IPSOCK_CONTROL_SEGMENT_SIZE, IPSOCK_IPV4, false, IPPROTO_UDP, UDP_GRO},
        {IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_IPV6, false, IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
        {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_IPV6, false, IPPROTO_IPV6, IPV6_RECVTCLASS},
        {IPSOCK_CONTROL_DESTINATION, IPSOCK_IPV6, false, IPPROTO_IPV6, IPV6_RECVPKTINFO},
        {IPSOCK_CONTROL_INTERFACE, IPSOCK_IPV6, false, IPPROTO_IPV6, IPV6_RECVPKTINFO},
        {IPSOCK_CONTROL_PATH_MTU, IPSOCK_IPV6, false, IPPROTO_IPV6, IPV6_RECVPATHMTU},
        {IPSOCK_CONTROL_SEGMENT_SIZE, IPSOCK_IPV6, false, IPPROTO_UDP, UDP_GRO},
        {IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_IPV6, true, IPPROTO_IP, IP_RECVTTL},
        {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_IPV6, true, IPPROTO_IP, IP_RECVTOS},
    };
    if (ipsk_sys_version() < 0x050000)
        skip(); /* UDP_GRO */
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ipsock_config config = plain(cases[i].family, IPSOCK_UDP);
        config.flags = cases[i].dual ? IPSOCK_OPEN_DUAL_STACK : 0;
        struct ipsock_endpoint *s = open_one(&config);
        if (s == NULL)
            continue;
        unit_int("at first", held(s, cases[i].level, cases[i].name), 0);
        unit_int("on", ipsock_set_receive_control(s, cases[i].bit, true), IPSOCK_OK);
        unit_int("on", held(s, cases[i].level, cases[i].name), 1);
        unit_int("off", ipsock_set_receive_control(s, cases[i].bit, false), IPSOCK_OK);
        unit_int("off", held(s, cases[i].level, cases[i].name), 0);
        ipsock_free(s);
    }
}

static void v6_opt_06_checksum_is_the_right_option(void **state)
{
    (void)state;
    need_kernel();
    struct ipsock_config config = plain(IPSOCK_IPV6, IPSOCK_RAW);
    config.protocol = 89;
    struct ipsock_endpoint *s = open_one(&config);
    if (s == NULL)
        skip();
    unit_int("at first", held(s, IPPROTO_IPV6, IPV6_CHECKSUM), -1);
    unit_int("on", ipsock_set_checksum(s, true, 12), IPSOCK_OK);
    unit_int("on", held(s, IPPROTO_IPV6, IPV6_CHECKSUM), 12);
    unit_int("off", ipsock_set_checksum(s, false, 0), IPSOCK_OK);
    unit_int("off", held(s, IPPROTO_IPV6, IPV6_CHECKSUM), -1);
    ipsock_free(s);
}

/* As netinet/icmp6.h and linux/icmp.h have it: a set bit blocks. */
static void filt_02_filters_are_the_right_options(void **state)
{
    (void)state;
    need_kernel();
    for (size_t i = 0; i < COUNT(families); i++) {
        struct ipsock_config config = plain(families[i], IPSOCK_RAW);
        config.protocol = i == 0 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
        struct ipsock_endpoint *s = open_one(&config);
        struct ipsock_icmp_filter filter, got;
        uint32_t kernel[8] = {0};
        socklen_t length = sizeof kernel;
        if (s == NULL)
            continue;
        ipsock_icmp_filter_set_all(&filter, true);
        ipsock_icmp_filter_accept(&filter, 8);
        ipsock_icmp_filter_accept(&filter, 129);
        unit_int("set", ipsock_set_icmp_filter(s, &filter), IPSOCK_OK);
        unit_int("getsockopt",
                 getsockopt((int)ipsock_handle(s), i == 0 ? SOL_RAW : IPPROTO_ICMPV6, 1, kernel,
                            &length),
                 0);
        unit_int("length", length, i == 0 ? 4 : 32);
        unit_bytes("filter", kernel, filter.blocked, length);
        kernel[0] = 0x12345678;
        unit_int(
            "setsockopt",
            setsockopt((int)ipsock_handle(s), i == 0 ? SOL_RAW : IPPROTO_ICMPV6, 1, kernel, length),
            0);
        unit_int("get", ipsock_get_icmp_filter(s, &got), IPSOCK_OK);
        unit_int("what the kernel has", got.blocked[0], 0x12345678);
        unit_bytes("the others", got.blocked + 1, filter.blocked + 1, 28);
        ipsock_free(s);
    }
}

static void bpf_03_programs_go_unchanged(void **state)
{
    (void)state;
    need_kernel();
    static const struct ipsock_bpf_instruction program[] = {
        {0x30, 0, 0, 0x12345678}, {0x15, 1, 0, 0x9abcdef0}, IPSOCK_BPF_DROP, IPSOCK_BPF_ACCEPT};
    for (size_t i = 0; i < COUNT(families); i++) {
        const struct ipsock_config config = plain(families[i], IPSOCK_UDP);
        struct ipsock_endpoint *s = open_one(&config);
        struct sock_filter kernel[8];
        socklen_t length = COUNT(kernel);
        if (s == NULL)
            continue;
        unit_int("set", ipsock_set_bpf(s, program, COUNT(program)), IPSOCK_OK);
        unit_int("get",
                 getsockopt((int)ipsock_handle(s), SOL_SOCKET, SO_GET_FILTER, kernel, &length), 0);
        unit_int("instructions", length, COUNT(program));
        unit_bytes("program", kernel, program, sizeof program);
        unit_int("clear", ipsock_clear_bpf(s), IPSOCK_OK);
        length = COUNT(kernel);
        unit_int("get",
                 getsockopt((int)ipsock_handle(s), SOL_SOCKET, SO_GET_FILTER, kernel, &length), 0);
        unit_int("instructions", length, 0);
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_07_buffers_are_the_right_ones),
        cmocka_unit_test(v4_opt_01_traffic_class_and_hop_limit_are_the_right_ones),
        cmocka_unit_test(v6_opt_01_traffic_class_and_hop_limit_are_the_right_ones),
        cmocka_unit_test(v6_mc_01_multicast_hop_limits_are_the_right_ones),
        cmocka_unit_test(v4_opt_dont_fragment_is_the_right_one),
        cmocka_unit_test(v4_opt_03_flags_are_the_right_options),
        cmocka_unit_test(cm_20_bits_are_the_right_options),
        cmocka_unit_test(v6_opt_06_checksum_is_the_right_option),
        cmocka_unit_test(filt_02_filters_are_the_right_options),
        cmocka_unit_test(bpf_03_programs_go_unchanged),
    };
    if (strcmp(ipsock_system(), "linux") != 0)
        return 0;
    return cmocka_run_group_tests_name("kernel_options", tests, NULL, NULL);
}
