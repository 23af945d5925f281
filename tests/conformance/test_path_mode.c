// SPDX-License-Identifier: BSD-2-Clause
/* Modes of the path MTU: PMTU. That PROBE goes beyond what the system has learned of a path is seen
 * in tests/network/test_path_mtu.py. */
#include "harness.h"

/* More than any loopback's MTU with its headers (test_path.c). */
#define LARGE6 65500

static const int modes[] = {IPSOCK_PATH_MTU_DEFAULT, IPSOCK_PATH_MTU_FORBID, IPSOCK_PATH_MTU_PROBE};

/* Systems whose one option goes by the interface's MTU alone do not tell FORBID from PROBE. */
static int reads_as(int mode)
{
    const bool tells =
        strcmp(ipsock_system(), "linux") == 0 || strcmp(ipsock_system(), "windows") == 0;
    return mode == IPSOCK_PATH_MTU_FORBID && !tells ? IPSOCK_PATH_MTU_PROBE : mode;
}

/* Sets a mode that this system may lack: whether it has it. */
static bool can_set(int column, struct ipsock_endpoint *s, int mode)
{
    char what[32];
    snprintf(what, sizeof what, "%s-%s", mode == IPSOCK_PATH_MTU_PROBE ? "probe" : "forbid",
             columns[column].name);
    return expect_code("pmtu-01", what, ipsock_set_path_mtu_mode(s, mode));
}

static void check_mode(struct ipsock_endpoint *s, int mode)
{
    int reads = -1;
    bool whole = mode == IPSOCK_PATH_MTU_DEFAULT;
    CHECK(IPSOCK_OK, ipsock_get_path_mtu_mode(s, &reads));
    EQUAL(reads_as(mode), reads);
    CHECK(IPSOCK_OK, ipsock_get_dont_fragment(s, &whole));
    EQUAL(mode != IPSOCK_PATH_MTU_DEFAULT, whole);
}

/* Each mode after each. */
static void go_through_modes(int column, struct ipsock_endpoint *s)
{
    if (!can_set(column, s, IPSOCK_PATH_MTU_FORBID))
        return;
    CHECK(IPSOCK_OK, ipsock_set_path_mtu_mode(s, IPSOCK_PATH_MTU_DEFAULT));
    if (!can_set(column, s, IPSOCK_PATH_MTU_PROBE))
        return;
    for (size_t before = 0; before < COUNT(modes); before++) {
        for (size_t after = 0; after < COUNT(modes); after++) {
            CHECK(IPSOCK_OK, ipsock_set_path_mtu_mode(s, modes[before]));
            CHECK(IPSOCK_OK, ipsock_set_path_mtu_mode(s, modes[after]));
            check_mode(s, modes[after]);
        }
        for (int on = 0; on <= 1; on++) { /* the older option ends probing */
            CHECK(IPSOCK_OK, ipsock_set_path_mtu_mode(s, modes[before]));
            CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, on != 0));
            check_mode(s, on ? IPSOCK_PATH_MTU_FORBID : IPSOCK_PATH_MTU_DEFAULT);
        }
    }
}

static void pmtu_01_modes_of_udp_read_back(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        int mode = -1;
        char what[32];
        snprintf(what, sizeof what, "forbid-%s", i == MAPPED ? columns[V6].name : columns[i].name);
        if (expect_code("pmtu-01", what, ipsock_get_path_mtu_mode(pair.receiver, &mode)))
            EQUAL(IPSOCK_PATH_MTU_DEFAULT, mode);
        go_through_modes(i, pair.sender);
        close_pair(&pair);
    }
}

static void pmtu_01_modes_of_raw_read_back(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        go_through_modes(i, s);
        ipsock_free(s);
    }
}

/* Whoever forbids fragments says so to the routers. */
static void pmtu_02_modes_on_the_wire(void **state)
{
    (void)state;
    need_privilege();
    struct burst b = make_burst(1);
    struct ipsock_endpoint *s = open_raw(V4, PROTOCOL_TEST, 0, 0);
    const struct ipsock_addr to = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    for (size_t i = 0; i < COUNT(modes); i++) {
        struct ipsock_ipv4_header header;
        uint32_t done = 0;
        if (modes[i] == IPSOCK_PATH_MTU_DEFAULT) /* what fits may carry the bit, or not */
            continue;
        if (!can_set(V4, s, modes[i]))
            continue;
        CHECK(IPSOCK_OK, send_bytes(s, &to, "DF?", 3, NULL));
        CHECK(IPSOCK_OK, receive_burst(s, &b, 1, &done));
        CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&header, b.data[0], 23, IPSOCK_ORDER_WIRE));
        EQUAL(IPSOCK_IPV4_DONT_FRAGMENT, header.flags);
    }
    ipsock_free(s);
    free_burst(&b);
}

static void pmtu_02_more_than_the_link_takes(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    struct pair pair = open_pair(V6, 0, 0);
    void *large = calloc(1, LARGE6);
    CHECK(IPSOCK_OK, ipsock_set_send_buffer(pair.sender, 200000));
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 200000));
    for (size_t i = 0; i < COUNT(modes); i++) {
        const bool may = modes[i] == IPSOCK_PATH_MTU_DEFAULT;
        if (!may && !can_set(V6, pair.sender, modes[i]))
            continue;
        CHECK(may ? IPSOCK_OK : IPSOCK_EMSGSIZE,
              send_bytes(pair.sender, &pair.to, large, LARGE6, NULL));
        CHECK(IPSOCK_OK, ipsock_set_path_mtu_mode(pair.sender, IPSOCK_PATH_MTU_DEFAULT));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, large, LARGE6, NULL));
    }
    free(large);
    close_pair(&pair);
}

static void pmtu_04_wrong_modes_and_endpoints(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0), tcp = open_stream(i);
        int mode = 77;
        const int wrong[] = {INT32_MIN, -1, 3, INT32_MAX};
        for (size_t w = 0; w < COUNT(wrong); w++) {
            CHECK(IPSOCK_EINVAL, ipsock_set_path_mtu_mode(pair.sender, wrong[w]));
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "path_mtu_mode");
        }
        CHECK(IPSOCK_EINVAL, ipsock_get_path_mtu_mode(pair.sender, NULL));
        check_option(pair.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "path_mtu_mode");
        for (size_t m = 0; m < COUNT(modes); m++) {
            CHECK(IPSOCK_EKIND, ipsock_set_path_mtu_mode(tcp.sender, modes[m]));
            check_option(tcp.sender, IPSOCK_SETUP, IPSOCK_EKIND, "path_mtu_mode");
        }
        CHECK(IPSOCK_EKIND, ipsock_get_path_mtu_mode(tcp.sender, &mode));
        EQUAL(77, mode);
        ipsock_close(pair.sender);
        CHECK(IPSOCK_ECLOSED, ipsock_set_path_mtu_mode(pair.sender, IPSOCK_PATH_MTU_PROBE));
        CHECK(IPSOCK_ECLOSED, ipsock_get_path_mtu_mode(pair.sender, &mode));
        EQUAL(77, mode);
        close_pair(&pair);
        close_pair(&tcp);
    }
    CHECK(IPSOCK_ECLOSED, ipsock_set_path_mtu_mode(NULL, IPSOCK_PATH_MTU_PROBE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pmtu_01_modes_of_udp_read_back),
        cmocka_unit_test(pmtu_01_modes_of_raw_read_back),
        cmocka_unit_test(pmtu_02_modes_on_the_wire),
        cmocka_unit_test(pmtu_02_more_than_the_link_takes),
        cmocka_unit_test(pmtu_04_wrong_modes_and_endpoints),
    };
    return RUN(tests);
}
