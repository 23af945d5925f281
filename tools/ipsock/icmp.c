// SPDX-License-Identifier: BSD-2-Clause
/* What ping and trace have in common: echo messages, and where ICMP errors come from. */
#include "tool.h"

uint8_t echo_request_type(int family)
{
    return family == IPSOCK_IPV4 ? (uint8_t)IPSOCK_ICMPV4_ECHO_REQUEST
                                 : (uint8_t)IPSOCK_ICMPV6_ECHO_REQUEST;
}

uint8_t echo_reply_type(int family)
{
    return family == IPSOCK_IPV4 ? (uint8_t)IPSOCK_ICMPV4_ECHO_REPLY
                                 : (uint8_t)IPSOCK_ICMPV6_ECHO_REPLY;
}

int reserve_echo_id(const char *command, int family, struct ipsock_endpoint **holder, uint16_t *id)
{
    struct ipsock_error error;
    struct ipsock_config config;
    struct ipsock_addr local;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = family;
    config.error = &error;
    if (ipsock_open(holder, &config) < 0)
        return fail(command, "identifier", &error);
    if (ipsock_local_addr(*holder, &local) < 0)
        return fail_endpoint(command, "identifier", *holder, IPSOCK_SETUP);
    *id = local.port;
    return EXIT_OK;
}

uint16_t load16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

bool has_error_stream(int kind, int family)
{
    struct ipsock_capability_answer stream;
    return ipsock_capability(NULL, kind, family, IPSOCK_FEATURE_ERROR_STREAM, &stream) ==
               IPSOCK_OK &&
           stream.level != IPSOCK_ABSENT;
}

void filter_icmp_errors(struct ipsock_icmp_filter *filter, int family)
{
    static const uint8_t errors[2][4] = {
        {IPSOCK_ICMPV4_DESTINATION_UNREACHABLE, IPSOCK_ICMPV4_TIME_EXCEEDED,
         IPSOCK_ICMPV4_PARAMETER_PROBLEM, IPSOCK_ICMPV4_PARAMETER_PROBLEM},
        {IPSOCK_ICMPV6_DESTINATION_UNREACHABLE, IPSOCK_ICMPV6_TIME_EXCEEDED,
         IPSOCK_ICMPV6_PARAMETER_PROBLEM, IPSOCK_ICMPV6_PACKET_TOO_BIG}};
    ipsock_icmp_filter_set_all(filter, true);
    for (int i = 0; i < 4; i++)
        ipsock_icmp_filter_accept(filter, errors[family == IPSOCK_IPV6][i]);
}
