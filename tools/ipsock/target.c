// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

int split_target(const char *command, const char *text, char *host, size_t size, uint16_t *port)
{
    const int result = ipsock_split_host_port(text, host, size, port);
    if (result == 0)
        return EXIT_OK;
    fprintf(stderr, "ipsock %s: '%s': %s\n", command, text,
            result == IPSOCK_ENOSPC
                ? "the host name is too long"
                : "must look like 192.0.2.1:5000, [2001:db8::1]:5000 or host.example:5000");
    return EXIT_USAGE;
}

int resolve_target(const char *command, const char *host, uint16_t port, int family,
                   struct ipsock_addr *addr)
{
    char subject[300];
    struct ipsock_error error;
    size_t count = 0;
    if (ipsock_resolve(host, port, family, addr, 1, &count, &error) == 0 && count > 0)
        return EXIT_OK;
    // An address of the other family is an unknown name to the resolver.
    snprintf(subject, sizeof subject, "%s%s", host,
             family == IPSOCK_IPV4   ? " as IPv4"
             : family == IPSOCK_IPV6 ? " as IPv6"
                                     : "");
    return fail(command, subject, &error);
}

bool choose_family(const char *command, bool ipv4, bool ipv6, int *family)
{
    if (ipv4 && ipv6) {
        fprintf(stderr, "ipsock %s: -4 and -6 exclude each other\n", command);
        return false;
    }
    *family = ipv4 ? IPSOCK_IPV4 : ipv6 ? IPSOCK_IPV6 : IPSOCK_UNSPEC;
    return true;
}

int read_interface(const char *command, const char *text, uint32_t *index)
{
    struct ipsock_interface *list = NULL;
    long number;
    int result = ipsock_interface_index(text, index);
    if (result == IPSOCK_ENODEV && args_number(text, 1, INT32_MAX, &number)) {
        *index = (uint32_t)number;
        result = ipsock_interface_by_index(*index, &list);
        ipsock_interfaces_free(list);
    }
    return result < 0 ? fail_code(command, text, result) : EXIT_OK;
}

int read_sending(const char *command, const char *traffic_class, const char *source,
                 const char *interface, struct ipsock_config *config,
                 struct ipsock_control *control)
{
    uint8_t octet = 0;
    if (traffic_class && read_traffic_class(command, traffic_class, &octet) != EXIT_OK)
        return EXIT_USAGE;
    config->traffic_class = octet;
    if (source && ipsock_addr_parse(source, &config->local) < 0) {
        fprintf(stderr, "ipsock %s: --source %s: must be an IP address\n", command, source);
        return EXIT_USAGE;
    }
    if (interface) {
        const int result = read_interface(command, interface, &control->interface_index);
        if (result != EXIT_OK)
            return result;
        control->valid = IPSOCK_CONTROL_INTERFACE;
    }
    return EXIT_OK;
}
