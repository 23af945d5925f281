// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <string.h>

static int bad_target(const char *command, const char *text, const char *why)
{
    fprintf(stderr, "ipsock %s: '%s': %s\n", command, text, why);
    return EXIT_USAGE;
}

int split_target(const char *command, const char *text, char *host, size_t size, uint16_t *port)
{
    const char *start = text;
    const char *colon;
    size_t length;
    long number;
    if (text[0] == '[') {
        const char *end = strchr(text, ']');
        if (!end || end[1] != ':')
            return bad_target(command, text, "must look like [2001:db8::1]:PORT");
        start = text + 1;
        length = (size_t)(end - start);
        colon = end + 1;
    } else {
        colon = strrchr(text, ':');
        if (!colon)
            return bad_target(command, text, "a port is missing, as in 192.0.2.1:5000");
        length = (size_t)(colon - text);
        if (memchr(text, ':', length))
            return bad_target(command, text, "IPv6 addresses need brackets: [2001:db8::1]:PORT");
    }
    if (!args_number(colon + 1, 0, 65535, &number))
        return bad_target(command, text, "the port must be a number, 0 to 65535");
    if (length >= size)
        return bad_target(command, text, "the host name is too long");
    memcpy(host, start, length);
    host[length] = '\0';
    *port = (uint16_t)number;
    return EXIT_OK;
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
