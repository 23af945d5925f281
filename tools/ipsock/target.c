// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <string.h>

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

/* An IPv4 address in IPv6's form. A zone is none of its parts. */
static bool is_mapped(const char *text)
{
    struct ipsock_addr addr;
    return ipsock_addr_parse(text, &addr) == 0 && ipsock_addr_is_mapped(&addr) && addr.scope == 0;
}

int resolve_target(const char *command, const char *host, uint16_t port, int family,
                   struct ipsock_addr *addr)
{
    char subject[300];
    struct ipsock_error error = {.code = IPSOCK_ENOTFOUND, .index = IPSOCK_NO_INDEX};
    size_t count = 0;
    if (ipsock_resolve(host, port, is_mapped(host) ? IPSOCK_UNSPEC : family, addr, 1, &count,
                       &error) == 0 &&
        count > 0 && !(ipsock_addr_is_mapped(addr) && addr->scope != 0)) {
        *addr = ipsock_addr_unmap(addr);
        if (family == IPSOCK_UNSPEC || family == addr->family)
            return EXIT_OK;
    }
    // An address of the other family is an unknown name to the resolver.
    snprintf(subject, sizeof subject, "%s%s", host,
             family == IPSOCK_IPV4   ? " as IPv4"
             : family == IPSOCK_IPV6 ? " as IPv6"
                                     : "");
    return fail(command, subject, &error);
}

int read_address(const char *command, const char *option, const char *text,
                 struct ipsock_addr *addr)
{
    const int result = ipsock_addr_parse(text, addr);
    // A port is no part of an address here, be it 0.
    const bool plain = result == 0 && text[0] != '[' &&
                       (addr->family == IPSOCK_IPV6 || strchr(text, ':') == NULL) &&
                       !(ipsock_addr_is_mapped(addr) && addr->scope != 0);
    if (plain) {
        *addr = ipsock_addr_unmap(addr);
        return EXIT_OK;
    }
    fprintf(stderr, "ipsock %s: --%s %s: %s\n", command, option, text,
            result == IPSOCK_ENODEV ? ipsock_error_text(result) : "must be an IP address");
    return result == IPSOCK_ENODEV ? EXIT_FAIL : EXIT_USAGE;
}

/* Of such addresses there may be one on each link: they take a zone (RFC 4007 6). */
static bool is_zoned(const struct ipsock_addr *addr)
{
    return addr->family == IPSOCK_IPV6 &&
           (ipsock_addr_is_link_local(addr) || ipsock_addr_is_link_local_multicast(addr) ||
            ipsock_addr_is_interface_local_multicast(addr));
}

/* "ipsock COMMAND: ADDRESS: ", without a port. */
static void begin_complaint(const char *command, const struct ipsock_addr *addr)
{
    struct ipsock_addr plain = *addr;
    plain.port = 0;
    fprintf(stderr, "ipsock %s: ", command);
    print_addr(stderr, &plain);
    fputs(": ", stderr);
}

static int lacks_zone(const char *command, const struct ipsock_addr *addr)
{
    struct ipsock_addr plain = *addr;
    plain.port = 0;
    begin_complaint(command, addr);
    fputs("the zone is missing: a link-local address needs its interface, as in ", stderr);
    print_addr(stderr, &plain);
    fputs("%eth0, or --interface\n", stderr);
    return EXIT_USAGE;
}

/* A number is taken for a zone without a look. */
static int check_zone(const char *command, const struct ipsock_addr *addr)
{
    struct ipsock_interface *list = NULL;
    const int result = ipsock_interface_by_index(addr->scope, &list);
    ipsock_interfaces_free(list);
    if (result == 0)
        return EXIT_OK;
    begin_complaint(command, addr);
    fprintf(stderr, "%s\n", ipsock_error_text(result));
    return EXIT_FAIL;
}

int settle_zones(const char *command, struct ipsock_addr *peer, struct ipsock_addr *source,
                 uint32_t index, bool groups_may_lack_it)
{
    struct ipsock_addr *const all[] = {peer, source};
    const size_t count = source != NULL && source->family != IPSOCK_UNSPEC ? 2 : 1;
    uint32_t zone = index;
    for (size_t i = 0; i < count; i++) {
        if (all[i]->scope == 0)
            continue;
        const int result = check_zone(command, all[i]);
        if (result != EXIT_OK)
            return result;
        if (zone != 0 && zone != all[i]->scope) {
            begin_complaint(command, all[i]);
            fprintf(stderr, "%s another interface\n",
                    index != 0 ? "--interface names" : "the destination is on");
            return EXIT_USAGE;
        }
        zone = all[i]->scope;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_zoned(all[i]) || all[i]->scope != 0)
            continue;
        if (zone == 0 && !(groups_may_lack_it && ipsock_addr_is_multicast(all[i])))
            return lacks_zone(command, all[i]);
        all[i]->scope = zone;
    }
    return EXIT_OK;
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
    if (source) {
        const int result = read_address(command, "source", source, &config->local);
        if (result != EXIT_OK)
            return result;
    }
    if (interface) {
        const int result = read_interface(command, interface, &control->interface_index);
        if (result != EXIT_OK)
            return result;
        control->valid = IPSOCK_CONTROL_INTERFACE;
    }
    return EXIT_OK;
}
