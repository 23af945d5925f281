// SPDX-License-Identifier: BSD-2-Clause
/* Programs that choose what is received: BPF-01 to 05. On Linux built twice: for the kernel's
 * filter and for the library's (CONFORMANCE_LIBRARY_FILTER). */
#include "icmp.h"

typedef struct ipsock_bpf_instruction instruction;

#if defined(CONFORMANCE_LIBRARY_FILTER) || defined(_WIN32)
#define BY_KERNEL 0
#else
#define BY_KERNEL 1
#endif
#define DROPS_OF_LIBRARY \
    (BY_KERNEL && expected("bpf-01", "socket-filter").level == EXPECT_WORKS ? 0 : 5)

#define RETURN(n) IPSOCK_BPF_STATEMENT(0x06, n)

/* The example of the header. */
static const instruction even[] = {
    IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_AND(1), IPSOCK_BPF_IF_EQUAL(0, 0, 1),
    IPSOCK_BPF_ACCEPT,   IPSOCK_BPF_DROP,
};
static const instruction all[] = {IPSOCK_BPF_ACCEPT};
static const instruction none[] = {IPSOCK_BPF_DROP};

static void attach(struct ipsock_endpoint *s, const instruction *program, size_t count)
{
    CHECK(IPSOCK_OK, ipsock_set_bpf(s, program, count));
}
#define ATTACH(s, program) attach(s, program, COUNT(program))

static void send_first_bytes(struct pair *pair)
{
    for (uint8_t first = 0; first < 10; first++) {
        const uint8_t data[] = {first, 'x', 'y'};
        CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, data, sizeof data, NULL));
    }
}

static void bpf_01_even_payloads(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct seen seen;
        struct pair pair = open_pair(i, IPSOCK_CONTROL_HOP_LIMIT, 0);
        ATTACH(pair.receiver, even);
        send_first_bytes(&pair);
        for (uint8_t first = 0; first < 10; first += 2) {
            receive(pair.receiver, &seen);
            EQUAL(3, seen.length);
            EQUAL(first, seen.data[0]);
            EQUAL('y', seen.data[2]);
            EQUAL(0, seen.flags);
            check_addr(&seen.peer, columns[i].loopback);
        }
        check_nothing(pair.receiver);
        EQUAL(DROPS_OF_LIBRARY, discards(pair.receiver));
        close_pair(&pair);
    }
}

static void bpf_01_batches(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(4);
        uint32_t done, next = 0;
        ATTACH(pair.receiver, even);
        send_first_bytes(&pair);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        while (next < 10) {
            CHECK(IPSOCK_OK, receive_burst(pair.receiver, &b, b.count, &done));
            for (uint32_t k = 0; k < done; k++, next += 2) {
                EQUAL(3, b.messages[k].length);
                EQUAL(next, b.data[k][0]);
            }
        }
        EQUAL(10, next);
        check_nothing(pair.receiver);
        free_burst(&b);
        close_pair(&pair);
    }
}

static void bpf_01_connected(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct seen seen;
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct pair pair = open_pair(i, 0, 0);
        config.peer = pair.to;
        struct ipsock_endpoint *s = must_open(&config);
        struct ipsock_addr local, to = addr_of(columns[i].loopback);
        ATTACH(s, even);
        CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
        to.port = local.port;
        CHECK(IPSOCK_OK, send_bytes(pair.receiver, &to, "\1", 1, NULL));
        CHECK(IPSOCK_OK, send_bytes(pair.receiver, &to, "\2", 1, NULL));
        receive(s, &seen);
        EQUAL(2, seen.data[0]);
        check_nothing(s);
        ipsock_free(s);
        close_pair(&pair);
    }
}

/* Ports and length of the UDP header, and the length of it all. */
static void bpf_02_the_view_begins_with_the_udp_header(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct seen seen;
        struct ipsock_addr from;
        struct pair pair = open_pair(i, 0, 0);
        CHECK(IPSOCK_OK, ipsock_local_addr(pair.sender, &from));
        const instruction exact[] = {
            IPSOCK_BPF_LOAD16(0),   IPSOCK_BPF_IF_EQUAL(from.port, 0, 8),
            IPSOCK_BPF_LOAD16(2),   IPSOCK_BPF_IF_EQUAL(pair.to.port, 0, 6),
            IPSOCK_BPF_LOAD16(4),   IPSOCK_BPF_IF_EQUAL(8 + 5, 0, 4),
            IPSOCK_BPF_LOAD_LENGTH, IPSOCK_BPF_IF_EQUAL(8 + 5, 0, 2),
            IPSOCK_BPF_LOAD8(12),   IPSOCK_BPF_IF_EQUAL('o', 1, 0),
            IPSOCK_BPF_DROP,        IPSOCK_BPF_ACCEPT,
        };
        ATTACH(pair.receiver, exact);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "hell", 4, NULL));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "hello!", 6, NULL));
        CHECK(IPSOCK_OK, send_bytes(pair.receiver, &pair.to, "hello", 5, NULL));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "hello", 5, NULL));
        receive(pair.receiver, &seen);
        EQUAL(5, seen.length);
        EQUAL(from.port, seen.peer.port);
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

/* A verdict of n keeps n bytes from the header on; what a program leaves away was not cut for want
 * of room. */
static void bpf_02_a_verdict_cuts(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        static const uint32_t verdicts[] = {1, 7, 8, 9, 12, 18, 19, 0x7fffffff, 0xffffffff};
        struct pair pair = open_pair(i, 0, 0);
        for (size_t k = 0; k < COUNT(verdicts); k++) {
            const instruction cut[] = {RETURN(verdicts[k])};
            const size_t want = verdicts[k] < 8 ? 0 : verdicts[k] < 18 ? verdicts[k] - 8 : 10;
            struct ipsock_counters counters;
            struct seen seen;
            ATTACH(pair.receiver, cut);
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "0123456789", 10, NULL));
            receive(pair.receiver, &seen);
            EQUAL(want, seen.length);
            EQUAL(0, seen.flags);
            assert_memory_equal(seen.data, "0123456789", want);
            CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
            EQUAL(0, counters.truncated);
        }
        close_pair(&pair);
    }
}

/* Less room than what the program keeps. */
static void bpf_02_small_buffers(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        const instruction cut[] = {IPSOCK_BPF_LOAD8(8 + 9), IPSOCK_BPF_IF_EQUAL('9', 0, 1),
                                   RETURN(8 + 6), IPSOCK_BPF_DROP};
        ATTACH(pair.receiver, cut);
        for (uint32_t room = 0; room < 8; room++) {
            uint8_t data[8] = {0};
            struct ipsock_buffer buffers[] = {{data, room / 2}, {data + room / 2, room - room / 2}};
            struct ipsock_message m;
            memset(&m, 0, sizeof m);
            m.buffers = buffers;
            m.buffer_count = room == 0 ? 0 : 2;
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "012345678x", 10, NULL));
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "0123456789", 10, NULL));
            CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
            CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &m, IPSOCK_MSG_PEEK));
            CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &m, 0));
            EQUAL(room < 6 ? room : 6, m.length);
            EQUAL(room < 6 ? IPSOCK_MSG_TRUNC : 0, m.flags);
            assert_memory_equal(data, "0123456", m.length);
        }
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

/* The IP header on raw IPv4, the payload on raw IPv6: type 40 from loopback. */
static void bpf_02_the_view_of_raw_endpoints(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        uint8_t type;
        uint16_t number;
        struct seen seen;
        const instruction v4[] = {
            IPSOCK_BPF_LOAD32(12),
            IPSOCK_BPF_IF_EQUAL(0x7f000001, 0, 6),
            IPSOCK_BPF_LOAD8(9),
            IPSOCK_BPF_IF_EQUAL(PROTOCOL_ICMP, 0, 4),
            IPSOCK_BPF_LOAD_HEADER_LENGTH(0),
            IPSOCK_BPF_LOAD8_X(0),
            IPSOCK_BPF_IF_EQUAL(40, 0, 1),
            IPSOCK_BPF_ACCEPT,
            IPSOCK_BPF_DROP,
        };
        const instruction v6[] = {
            IPSOCK_BPF_LOAD8(0),
            IPSOCK_BPF_IF_EQUAL(200, 0, 1),
            IPSOCK_BPF_ACCEPT,
            IPSOCK_BPF_DROP,
        };
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_icmp(i), *sender = open_icmp(i);
        if (i == V4)
            ATTACH(s, v4);
        else
            ATTACH(s, v6);
        for (uint16_t n = 0; n < 3; n++) {
            send_type(sender, i, 41, n);
            send_type(sender, i, i == V4 ? 40 : 200, n);
            receive(s, &seen);
            assert_true(is_ours(seen.data, seen.length, &type, &number));
            EQUAL(n, number);
        }
        send_type(sender, i, 41, 9);
        check_nothing(s);
        CHECK(IPSOCK_OK, ipsock_clear_bpf(s));
        send_type(sender, i, 41, 10);
        receive(s, &seen);
        assert_true(is_ours(seen.data, seen.length, &type, &number));
        EQUAL(10, number);
        ipsock_free(s);
        ipsock_free(sender);
    }
}

/* Cut within what a receive wants to leave away. */
static void bpf_02_a_cut_ipv4_header(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_icmp(V4), *sender = open_icmp(V4);
    struct burst b = make_burst(1);
    static const struct {
        uint32_t verdict;
        int code;
    } cases[] = {{1, IPSOCK_EHDRSHORT}, {19, IPSOCK_EHDRSHORT}, {20, IPSOCK_OK}, {21, IPSOCK_OK}};
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(sender, soon()));
    for (size_t k = 0; k < COUNT(cases); k++) {
        const instruction cut[] = {RETURN(cases[k].verdict)};
        uint8_t data[64] = {0};
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        uint32_t done = 0;
        ipsock_message_init(&m, &buffer, data, sizeof data);
        ATTACH(s, cut);
        send_type(sender, V4, 40, 1);
        CHECK(cases[k].code, ipsock_recv(s, &m, 0));
        if (cases[k].code == IPSOCK_OK) {
            EQUAL(cases[k].verdict - 20, m.length);
            EQUAL(m.length != 0 ? 40 : 0, data[0]);
        }
        struct ipsock_ipv4_header header;
        memset(&header, 0, sizeof header);
        memset(data, 0, sizeof data);
        send_type(sender, V4, 40, 1);
        CHECK(cases[k].code, ipsock_recv_ipv4(s, &header, &m, 0));
        if (cases[k].code == IPSOCK_OK) {
            EQUAL(20 + ICMP_LENGTH, header.total_length);
            EQUAL(20, header.header_length);
            EQUAL(cases[k].verdict - 20, m.length);
            EQUAL(IPSOCK_MSG_TRUNC, m.flags); /* the header says so */
        }
        send_type(sender, V4, 40, 1);
        CHECK(IPSOCK_OK, receive_burst(s, &b, 1, &done));
        EQUAL(cases[k].verdict, b.messages[0].length);
        EQUAL(cases[k].verdict < 20 ? cases[k].verdict : 20, b.messages[0].header_length);
        EQUAL(0x45, b.data[0][0]);
    }
    free_burst(&b);
    ipsock_free(s);
    ipsock_free(sender);
}

static void bpf_02_the_view_of_ping_endpoints(void **state)
{
    (void)state;
    bool any = false;
    for (int i = V4; i <= V6; i++) {
        uint8_t packet[64];
        struct seen seen;
        const instruction second[] = {
            IPSOCK_BPF_LOAD8(0), IPSOCK_BPF_IF_EQUAL(i == V4 ? 0 : 129, 0, 3),
            IPSOCK_BPF_LOAD8(7), IPSOCK_BPF_IF_EQUAL(2, 0, 1),
            IPSOCK_BPF_ACCEPT,   IPSOCK_BPF_DROP,
        };
        if (!begin_column(i) || !has_ping(columns[i].family))
            continue;
        any = true;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        struct ipsock_endpoint *s = must_open(&config);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        ATTACH(s, second);
        for (uint16_t n = 1; n <= 3; n++) {
            const size_t length = make_echo(packet, columns[i].family, 0, n);
            CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        }
        receive(s, &seen);
        EQUAL(2, seen.data[7]);
        ipsock_free(s);
    }
    need(any, "no ping endpoints");
}

static void expect_first(struct pair *pair, const char *letters, char want)
{
    struct seen seen;
    for (const char *c = letters; *c != '\0'; c++)
        CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, c, 1, NULL));
    if (want == '\0') {
        check_nothing(pair->receiver);
        return;
    }
    receive(pair->receiver, &seen);
    EQUAL(want, seen.data[0]);
    while (true) { /* the others that passed */
        uint8_t byte;
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        ipsock_message_init(&m, &buffer, &byte, 1);
        if (ipsock_recv(pair->receiver, &m, IPSOCK_MSG_DONTWAIT) < 0)
            break;
    }
}

static void bpf_04_replaced_and_cleared(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        CHECK(IPSOCK_OK, ipsock_clear_bpf(pair.receiver)); /* there is none */
        expect_first(&pair, "ab", 'a');
        ATTACH(pair.receiver, even);
        expect_first(&pair, "ab", 'b');
        ATTACH(pair.receiver, none);
        expect_first(&pair, "ab", '\0');
        ATTACH(pair.receiver, all);
        expect_first(&pair, "ab", 'a');
        ATTACH(pair.receiver, even);
        expect_first(&pair, "ab", 'b');
        CHECK(IPSOCK_OK, ipsock_clear_bpf(pair.receiver));
        expect_first(&pair, "ab", 'a');
        CHECK(IPSOCK_OK, ipsock_clear_bpf(pair.receiver));
        close_pair(&pair);
    }
}

/* What is refused leaves the earlier program in force, and says which instruction. */
static void bpf_04_invalid_programs(void **state)
{
    (void)state;
    static const struct {
        size_t index, count;
        instruction program[4];
    } cases[] = {
        {0, 1, {IPSOCK_BPF_LOAD8(8)}},
        {1, 2, {IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_STATEMENT(0x34, 0)}},
        {1, 3, {IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_STATEMENT(0x34, 0), IPSOCK_BPF_ACCEPT}},
        {2,
         4,
         {IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_AND(1), IPSOCK_BPF_IF_EQUAL(0, 1, 0), IPSOCK_BPF_ACCEPT}},
        {0, 2, {IPSOCK_BPF_STATEMENT(0x60, 3), IPSOCK_BPF_ACCEPT}},
        {0, 2, {IPSOCK_BPF_STATEMENT(0xffff, 0), IPSOCK_BPF_ACCEPT}},
    };
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        ATTACH(pair.receiver, even);
        for (size_t k = 0; k < COUNT(cases); k++) {
            struct ipsock_error error;
            char text[IPSOCK_ERROR_TEXT];
            CHECK(IPSOCK_EPROGRAM, ipsock_set_bpf(pair.receiver, cases[k].program, cases[k].count));
            CHECK(IPSOCK_OK, ipsock_last_error(pair.receiver, IPSOCK_SETUP, &error));
            CHECK(IPSOCK_EPROGRAM, error.code);
            EQUAL(cases[k].index, error.index);
            EQUAL(0, error.native);
            CHECK(IPSOCK_OK, ipsock_explain(pair.receiver, IPSOCK_SETUP, text, sizeof text));
            assert_non_null(strstr(text, "invalid filter program"));
            expect_first(&pair, "ab", 'b');
        }
        close_pair(&pair);
    }
}

/* x/net crashes on an empty one. */
static void bpf_04_wrong_arguments(void **state)
{
    (void)state;
    instruction *long_one = calloc(IPSOCK_BPF_MAX + 1, sizeof *long_one);
    assert_non_null(long_one);
    for (size_t n = 0; n <= IPSOCK_BPF_MAX; n++)
        long_one[n] = (instruction)IPSOCK_BPF_ACCEPT;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        ATTACH(pair.receiver, even);
        CHECK(IPSOCK_EINVAL, ipsock_set_bpf(pair.receiver, NULL, 1));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EINVAL, "program");
        CHECK(IPSOCK_EINVAL, ipsock_set_bpf(pair.receiver, all, 0));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EINVAL, "count");
        CHECK(IPSOCK_EINVAL, ipsock_set_bpf(pair.receiver, long_one, IPSOCK_BPF_MAX + 1));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EINVAL, "count");
        /* 65537 is no 1 */
        CHECK(IPSOCK_EINVAL, ipsock_set_bpf(pair.receiver, all, 65537));
        expect_first(&pair, "ab", 'b');
        close_pair(&pair);
    }
    free(long_one);
}

/* The longest one does what it should, though a kernel may have no room for it. */
static void bpf_04_the_longest(void **state)
{
    (void)state;
    instruction *program = calloc(IPSOCK_BPF_MAX, sizeof *program);
    assert_non_null(program);
    for (size_t n = 0; n < IPSOCK_BPF_MAX; n++)
        program[n] = (instruction)IPSOCK_BPF_AND(0xff);
    program[0] = even[0];
    memcpy(&program[IPSOCK_BPF_MAX - 4], &even[1], 4 * sizeof even[0]);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        ATTACH(pair.receiver, even);
        attach(pair.receiver, program, IPSOCK_BPF_MAX);
        expect_first(&pair, "abcd", 'b');
        ATTACH(pair.receiver, all);
        expect_first(&pair, "ab", 'a');
        attach(pair.receiver, program, IPSOCK_BPF_MAX);
        expect_first(&pair, "abcd", 'b');
        CHECK(IPSOCK_OK, ipsock_clear_bpf(pair.receiver));
        expect_first(&pair, "ab", 'a');
        close_pair(&pair);
    }
    free(program);
}

static void bpf_05_refusals(void **state)
{
    (void)state;
    CHECK(IPSOCK_ECLOSED, ipsock_set_bpf(NULL, all, 1));
    CHECK(IPSOCK_ECLOSED, ipsock_clear_bpf(NULL));
    FOR_EACH_COLUMN(i)
    {
        struct pair stream = open_stream(i), pair = open_pair(i, 0, 0);
        CHECK(IPSOCK_EKIND, ipsock_set_bpf(stream.receiver, all, 1));
        CHECK(IPSOCK_EKIND, ipsock_clear_bpf(stream.receiver));
        ipsock_close(pair.receiver);
        CHECK(IPSOCK_ECLOSED, ipsock_set_bpf(pair.receiver, all, 1));
        CHECK(IPSOCK_ECLOSED, ipsock_clear_bpf(pair.receiver));
        close_pair(&stream);
        close_pair(&pair);
    }
}

#if BY_KERNEL
/* A locked filter stays as it is. */
static void bpf_04_a_locked_filter(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        ATTACH(pair.receiver, even);
        need(system_lock_filter(ipsock_handle(pair.receiver)), "no filter can be locked");
        CHECK(IPSOCK_EPERM, ipsock_set_bpf(pair.receiver, all, 1));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EPERM, "SO_ATTACH_FILTER");
        CHECK(IPSOCK_EPERM, ipsock_clear_bpf(pair.receiver));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EPERM, "SO_DETACH_FILTER");
        expect_first(&pair, "ab", 'b');
        close_pair(&pair);
    }
}

/* What the kernel knows beside the packet: the type that every packet of this host has. */
static void bpf_02_beside_the_packet(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_capability_answer how;
        const instruction from_here[] = {IPSOCK_BPF_LOAD32(0xfffff008), /* interface */
                                         IPSOCK_BPF_IF_EQUAL(loopback_index(), 1, 0),
                                         IPSOCK_BPF_DROP, IPSOCK_BPF_ACCEPT};
        struct pair pair = open_pair(i, 0, 0);
        CHECK(IPSOCK_OK, ipsock_capability(pair.receiver, 0, 0, IPSOCK_FEATURE_BPF, &how));
        if (how.level == IPSOCK_NATIVE) {
            ATTACH(pair.receiver, from_here);
            expect_first(&pair, "ab", 'a');
        }
        close_pair(&pair);
    }
}

/* A program of the kernel's stays with the handle. */
static void bpf_04_adopted(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        ipsock_handle_t handle;
        struct ipsock_capability_answer how;
        struct ipsock_config config;
        struct pair pair = open_pair(i, 0, 0);
        ATTACH(pair.receiver, even);
        CHECK(IPSOCK_OK, ipsock_capability(pair.receiver, 0, 0, IPSOCK_FEATURE_BPF, &how));
        CHECK(IPSOCK_OK, ipsock_release(pair.receiver, &handle));
        ipsock_free(pair.receiver);
        ipsock_config_init(&config);
        config.kind = IPSOCK_UDP;
        config.flags = IPSOCK_ADOPT_OWN;
        CHECK(IPSOCK_OK, ipsock_adopt(&pair.receiver, handle, &config));
        expect_first(&pair, "ab", how.level == IPSOCK_NATIVE ? 'b' : 'a');
        CHECK(IPSOCK_OK, ipsock_clear_bpf(pair.receiver));
        expect_first(&pair, "ab", 'a');
        close_pair(&pair);
    }
}
#else
/* The library sees no more of a packet than it is given. */
static void bpf_02_what_the_library_cannot_see(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        static const instruction hidden[][3] = {
            {IPSOCK_BPF_LOAD16(6), IPSOCK_BPF_ACCEPT, IPSOCK_BPF_ACCEPT},
            {IPSOCK_BPF_AND(1), IPSOCK_BPF_LOAD32(0xfffff008), IPSOCK_BPF_ACCEPT},
            {IPSOCK_BPF_AND(1), IPSOCK_BPF_LOAD8_X(0), IPSOCK_BPF_ACCEPT},
        };
        struct pair pair = open_pair(i, 0, 0);
        ATTACH(pair.receiver, even);
        for (size_t k = 0; k < COUNT(hidden); k++) {
            struct ipsock_error error;
            CHECK(IPSOCK_EFILTERVIEW, ipsock_set_bpf(pair.receiver, hidden[k], 3));
            CHECK(IPSOCK_OK, ipsock_last_error(pair.receiver, IPSOCK_SETUP, &error));
            CHECK(IPSOCK_EFILTERVIEW, error.code);
            EQUAL(k == 0 ? 0 : 1, error.index);
            expect_first(&pair, "ab", 'b');
        }
        close_pair(&pair);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bpf_01_even_payloads),
        cmocka_unit_test(bpf_01_batches),
        cmocka_unit_test(bpf_01_connected),
        cmocka_unit_test(bpf_02_the_view_begins_with_the_udp_header),
        cmocka_unit_test(bpf_02_a_verdict_cuts),
        cmocka_unit_test(bpf_02_small_buffers),
        cmocka_unit_test(bpf_02_the_view_of_raw_endpoints),
        cmocka_unit_test(bpf_02_a_cut_ipv4_header),
        cmocka_unit_test(bpf_02_the_view_of_ping_endpoints),
        cmocka_unit_test(bpf_04_replaced_and_cleared),
        cmocka_unit_test(bpf_04_invalid_programs),
        cmocka_unit_test(bpf_04_wrong_arguments),
        cmocka_unit_test(bpf_04_the_longest),
        cmocka_unit_test(bpf_05_refusals),
#if BY_KERNEL
        cmocka_unit_test(bpf_04_a_locked_filter),
        cmocka_unit_test(bpf_02_beside_the_packet),
        cmocka_unit_test(bpf_04_adopted),
#else
        cmocka_unit_test(bpf_02_what_the_library_cannot_see),
#endif
    };
    return RUN(tests);
}
