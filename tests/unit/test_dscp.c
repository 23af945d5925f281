// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

#include <ipsock/dscp.h>

/* Octets as the RFCs' tables give them, and as the older x/net packages had them: code point << 2.
 */
static const struct {
    const char *name;
    int dscp, octet;
} code_points[] = {
    {"CS0", IPSOCK_DSCP_CS0, 0x00},   {"CS1", IPSOCK_DSCP_CS1, 0x20},
    {"CS2", IPSOCK_DSCP_CS2, 0x40},   {"CS3", IPSOCK_DSCP_CS3, 0x60},
    {"CS4", IPSOCK_DSCP_CS4, 0x80},   {"CS5", IPSOCK_DSCP_CS5, 0xa0},
    {"CS6", IPSOCK_DSCP_CS6, 0xc0},   {"CS7", IPSOCK_DSCP_CS7, 0xe0},
    {"AF11", IPSOCK_DSCP_AF11, 0x28}, {"AF12", IPSOCK_DSCP_AF12, 0x30},
    {"AF13", IPSOCK_DSCP_AF13, 0x38}, {"AF21", IPSOCK_DSCP_AF21, 0x48},
    {"AF22", IPSOCK_DSCP_AF22, 0x50}, {"AF23", IPSOCK_DSCP_AF23, 0x58},
    {"AF31", IPSOCK_DSCP_AF31, 0x68}, {"AF32", IPSOCK_DSCP_AF32, 0x70},
    {"AF33", IPSOCK_DSCP_AF33, 0x78}, {"AF41", IPSOCK_DSCP_AF41, 0x88},
    {"AF42", IPSOCK_DSCP_AF42, 0x90}, {"AF43", IPSOCK_DSCP_AF43, 0x98},
    {"EF", IPSOCK_DSCP_EF, 0xb8},     {"VOICE-ADMIT", IPSOCK_DSCP_VOICE_ADMIT, 0xb0},
    {"LE", IPSOCK_DSCP_LE, 0x04},
};

static void dscp_code_points_make_the_registered_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(code_points); i++) {
        unit_int(code_points[i].name, IPSOCK_TRAFFIC_CLASS(code_points[i].dscp, IPSOCK_ECN_NOT_ECT),
                 code_points[i].octet);
        unit_int(code_points[i].name, IPSOCK_DSCP_OF(code_points[i].octet), code_points[i].dscp);
    }
}

/* Each name reads as its code point in any case, and is what the code point is called. */
static void dscp_names_are_read_back(void **state)
{
    static const struct {
        const char *text;
        int dscp;
    } cases[] = {{"BE", 0},  {"be", 0},    {"DF", 0},          {"Df", 0}, {"VA", 44},
                 {"va", 44}, {"af41", 34}, {"Le", 1},          {"0", 0},  {"63", 63},
                 {"7", 7},   {"000", 0},   {"voice-admit", 44}};
    static const char *const wrong[] = {"",    "B",   "BE ",  " BE", "64",         "-1",  "0x10",
                                        "AF",  "AF1", "AF44", "CS8", "E",          "EFF", "VOICE",
                                        "VAA", "DFF", "12a",  "4 ",  "99999999999"};
    int dscp;
    (void)state;
    unit_int("BE", IPSOCK_DSCP_BE, 0);
    unit_int("DF", IPSOCK_DSCP_DF, 0);
    unit_int("VA", IPSOCK_DSCP_VA, 44);
    for (size_t i = 0; i < COUNT(code_points); i++) {
        unit_int(code_points[i].name, ipsock_dscp_parse(code_points[i].name, &dscp), IPSOCK_OK);
        unit_int(code_points[i].name, dscp, code_points[i].dscp);
        unit_string(code_points[i].name, ipsock_dscp_name(dscp), code_points[i].name);
    }
    for (size_t i = 0; i < COUNT(cases); i++) {
        unit_int(cases[i].text, ipsock_dscp_parse(cases[i].text, &dscp), IPSOCK_OK);
        unit_int(cases[i].text, dscp, cases[i].dscp);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        dscp = 77;
        unit_int(wrong[i], ipsock_dscp_parse(wrong[i], &dscp), IPSOCK_EINVAL);
        unit_int(wrong[i], dscp, 77);
    }
    assert_null(ipsock_dscp_name(2));
    assert_null(ipsock_dscp_name(-1));
    assert_null(ipsock_dscp_name(64));
}

static void dscp_and_ecn_survive_every_octet(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        assert_int_equal(IPSOCK_DSCP_OF(octet), octet / 4);
        assert_int_equal(IPSOCK_ECN_OF(octet), octet % 4);
        assert_int_equal(IPSOCK_TRAFFIC_CLASS(IPSOCK_DSCP_OF(octet), IPSOCK_ECN_OF(octet)), octet);
    }
}

static void dscp_out_of_range_stays_in_its_bits(void **state)
{
    (void)state;
    assert_int_equal(IPSOCK_TRAFFIC_CLASS(64 | 10, IPSOCK_ECN_ECT0), 0x2a);
    assert_int_equal(IPSOCK_TRAFFIC_CLASS(10, 4 | IPSOCK_ECN_ECT1), 0x29);
    /* arguments are expressions */
    assert_int_equal(IPSOCK_TRAFFIC_CLASS(8 | 2, 1 | 2), 0x2b);
    assert_int_equal(IPSOCK_ECN_OF(0x28 | 3), 3);
}

static void ecn_code_points_are_those_of_rfc_3168(void **state)
{
    (void)state;
    assert_int_equal(IPSOCK_ECN_NOT_ECT, 0);
    assert_int_equal(IPSOCK_ECN_ECT1, 1);
    assert_int_equal(IPSOCK_ECN_ECT0, 2);
    assert_int_equal(IPSOCK_ECN_CE, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dscp_code_points_make_the_registered_octets),
        cmocka_unit_test(dscp_names_are_read_back),
        cmocka_unit_test(dscp_and_ecn_survive_every_octet),
        cmocka_unit_test(dscp_out_of_range_stays_in_its_bits),
        cmocka_unit_test(ecn_code_points_are_those_of_rfc_3168),
    };
    return cmocka_run_group_tests_name("dscp", tests, NULL, NULL);
}
