// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <ctype.h>

const char *family_name(int family)
{
    switch (family) {
    case IPSOCK_IPV4:
        return "ipv4";
    case IPSOCK_IPV6:
        return "ipv6";
    case IPSOCK_IPV4_MAPPED:
        return "mapped";
    default:
        return "?";
    }
}

const char *ecn_name(unsigned ecn)
{
    static const char *const names[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};
    return names[ecn & 3];
}

bool parse_traffic_class(const char *text, uint8_t *traffic_class)
{
    long number;
    int dscp;
    // A number is the octet here; the library would read it as a code point.
    if (args_number(text, 0, 255, &number)) {
        *traffic_class = (uint8_t)number;
        return true;
    }
    if (ipsock_dscp_parse(text, &dscp) < 0)
        return false;
    *traffic_class = IPSOCK_TRAFFIC_CLASS(dscp, IPSOCK_ECN_NOT_ECT);
    return true;
}

/* "ect1" is as good as "ECT(1)". */
static bool is_same_name(const char *text, const char *name)
{
    for (; *name; name++) {
        if (*name == '(' || *name == ')') {
            text += *text == *name;
            continue;
        }
        if (tolower((unsigned char)*text) != tolower((unsigned char)*name))
            return false;
        text++;
    }
    return !*text;
}

int read_ecn(const char *command, const char *text, uint8_t *traffic_class)
{
    long number = 0;
    if (!text)
        return EXIT_OK;
    if (!args_number(text, 0, 3, &number)) {
        while (number < 4 && !is_same_name(text, ecn_name((unsigned)number)))
            number++;
    }
    if (number == 4) {
        fprintf(stderr, "ipsock %s: --ecn %s: must be Not-ECT, ECT(0), ECT(1), CE, or 0 to 3\n",
                command, text);
        return EXIT_USAGE;
    }
    *traffic_class = (uint8_t)((*traffic_class & ~3) | number);
    return EXIT_OK;
}

int read_traffic_class(const char *command, const char *text, uint8_t *traffic_class)
{
    if (parse_traffic_class(text, traffic_class))
        return EXIT_OK;
    fprintf(stderr,
            "ipsock %s: --traffic-class %s: must be 0 to 255, 0x00 to 0xff, or a code point such "
            "as AF11, CS6, EF, BE\n",
            command, text);
    return EXIT_USAGE;
}
