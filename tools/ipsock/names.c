// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

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
