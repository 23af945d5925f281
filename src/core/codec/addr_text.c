// SPDX-License-Identifier: BSD-2-Clause
/* Addresses as text: RFC 4291 and 4007 in, strictly (RFC 6943, 3.1.1: one meaning per text), RFC
 * 5952 out. Own code: the systems' functions differ in what they accept and how they write. */
#include "core/codec/addr_text.h"

#include <string.h>

#include "core/codec/bytes.h"

enum {
    /* longest zone written: with the longest address and port it fills IPSOCK_ADDR_TEXT */
    ZONE_TEXT = IPSOCK_ADDR_TEXT - 39 - sizeof "[%]:65535",
    /* longest zone looked up */
    ZONE_MAX = IPSK_INTERFACE_NAME - 1
};

/* What reads text moves *at behind what it took. The terminator is no part of anything, so that
 * nothing else has to be looked for first. */

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static bool take_ipv4(const char **at, uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        uint32_t part;
        if ((i > 0 && !take_char(at, '.')) || !ipsk_take_decimal(at, 255, &part))
            return false;
        ip[i] = (uint8_t)part;
    }
    return true;
}

/* One to four hexadecimal digits. */
static bool take_group(const char **at, uint8_t *ip)
{
    const char *p = *at;
    unsigned value = 0;
    int digit;
    for (; p < *at + 4 && (digit = ipsk_hex_value(*p)) >= 0; p++)
        value = value << 4 | (unsigned)digit;
    if (p == *at)
        return false;
    *at = p;
    ipsk_store_be16(ip, (uint16_t)value);
    return true;
}

/* An IPv6 address without zone, as long as it may be; what it cannot end with is left. */
static bool take_ipv6(const char **at, uint8_t *ip)
{
    size_t used = 0, gap = SIZE_MAX; /* bytes filled; of these before "::" */
    if (take_char(at, ':')) {
        if (!take_char(at, ':'))
            return false;
        gap = 0;
    }
    while (used < 16) {
        const char *start = *at;
        if (!take_group(at, ip + used)) {
            if (gap != used)
                return false;
            break; /* behind "::" */
        }
        if (**at == '.') { /* of a dotted quad, which stands for the last two groups */
            *at = start;
            if (used > 12 || !take_ipv4(at, ip + used))
                return false;
            used += 4;
            break;
        }
        used += 2;
        if (used == 16 || !take_char(at, ':'))
            break;
        if (gap == SIZE_MAX && take_char(at, ':'))
            gap = used;
    }
    if (gap == SIZE_MAX)
        return used == 16;
    if (used > 14)
        return false; /* "::" stands for one group at least */
    memmove(ip + 16 - (used - gap), ip + gap, used - gap);
    memset(ip + gap, 0, 16 - used);
    return true;
}

/* Digits are an index, whether or not this host has it now; anything else is a name. */
static int read_zone(const char *at, size_t length, uint32_t *scope)
{
    char name[ZONE_MAX + 1];
    struct ipsock_error error;
    size_t numeric = 0;
    if (length == 0)
        return IPSOCK_EINVAL;
    while (numeric < length && ipsk_is_digit(at[numeric]))
        numeric++;
    if (numeric == length)
        return ipsk_take_decimal(&at, UINT32_MAX, scope) && *scope != 0 ? IPSOCK_OK : IPSOCK_ENODEV;
    if (length > ZONE_MAX)
        return IPSOCK_ENODEV;
    memcpy(name, at, length);
    name[length] = '\0';
    return ipsk_sys_interface_index(name, scope, &error);
}

/* All of the text is a port with its colon. */
static bool read_port(const char *at, uint16_t *port)
{
    uint32_t value;
    if (!take_char(&at, ':') || !ipsk_take_decimal(&at, UINT16_MAX, &value) || *at != '\0')
        return false;
    *port = (uint16_t)value;
    return true;
}

/* "address", "address%zone", or one of them in brackets with a port behind. */
static int read_ipv6(const char *at, struct ipsock_addr *addr)
{
    const char *close = NULL;
    if (take_char(&at, '[')) {
        close = strrchr(at, ']'); /* a zone may have brackets in it, a port not */
        if (close == NULL || !read_port(close + 1, &addr->port))
            return IPSOCK_EINVAL;
    }
    addr->family = IPSOCK_IPV6;
    if (!take_ipv6(&at, addr->ip))
        return IPSOCK_EINVAL;
    if (close != NULL ? at == close : *at == '\0')
        return IPSOCK_OK;
    if (!take_char(&at, '%'))
        return IPSOCK_EINVAL;
    return read_zone(at, close != NULL ? (size_t)(close - at) : strlen(at), &addr->scope);
}

static int read_addr(const char *at, struct ipsock_addr *addr)
{
    const char *ipv4 = at;
    if (!take_ipv4(&ipv4, addr->ip))
        return read_ipv6(at, addr);
    addr->family = IPSOCK_IPV4;
    return *ipv4 == '\0' || read_port(ipv4, &addr->port) ? IPSOCK_OK : IPSOCK_EINVAL;
}

int ipsock_addr_parse(const char *text, struct ipsock_addr *addr)
{
    struct ipsock_addr found = {0};
    if (text == NULL || addr == NULL)
        return IPSOCK_EINVAL;
    const int result = read_addr(text, &found);
    if (result == IPSOCK_OK)
        *addr = found;
    return result;
}

static void put_ipv4(struct ipsk_text *out, const uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            ipsk_text_char(out, '.');
        ipsk_text_unsigned(out, ip[i]);
    }
}

/* First of the longest runs of zero groups; *length 0 when none is longer than one (RFC 5952, 4.2).
 */
static int longest_zeros(const uint8_t *ip, int *length)
{
    int best = 0, start = 0;
    *length = 0;
    for (int i = 0; i < 8; i++) {
        if (ip[2 * i] != 0 || ip[2 * i + 1] != 0)
            start = i + 1;
        else if (i - start + 1 > 1 && i - start + 1 > *length) {
            best = start;
            *length = i - start + 1;
        }
    }
    return best;
}

static void put_ipv6(struct ipsk_text *out, const uint8_t *ip)
{
    int length;
    const int zeros = longest_zeros(ip, &length);
    for (int i = 0; i < 8; i++) {
        if (length > 0 && i == zeros) {
            ipsk_text_string(out, "::");
            i += length - 1;
            continue;
        }
        if (i > 0 && !(length > 0 && i == zeros + length))
            ipsk_text_char(out, ':');
        ipsk_text_hex_digits(out, ipsk_load_be16(ip + 2 * i));
    }
}

/* The interface's name if it has one that is read back as such: not one that looks like an index,
 * which is written where there is none, or where nobody can be asked (no descriptor is left). */
static void put_zone(struct ipsk_text *out, uint32_t scope)
{
    char name[ZONE_TEXT + 1];
    struct ipsock_error error;
    ipsk_text_char(out, '%');
    if (ipsk_sys_interface_name(scope, name, sizeof name, &error) == IPSOCK_OK) {
        size_t numeric = 0;
        while (ipsk_is_digit(name[numeric]))
            numeric++;
        if (name[numeric] != '\0') {
            ipsk_text_string(out, name);
            return;
        }
    }
    ipsk_text_unsigned(out, scope);
}

void ipsk_text_ip(struct ipsk_text *out, const struct ipsock_addr *addr)
{
    if (addr->family == IPSOCK_IPV4) {
        put_ipv4(out, addr->ip);
        return;
    }
    if (addr->family != IPSOCK_IPV6) {
        ipsk_text_string(out, "<nil>");
        return;
    }
    if (ipsock_addr_is_mapped(addr)) {
        ipsk_text_string(out, "::ffff:");
        put_ipv4(out, addr->ip + 12);
    } else {
        put_ipv6(out, addr->ip);
    }
    if (addr->scope != 0)
        put_zone(out, addr->scope);
}

void ipsk_text_field_ip(struct ipsk_text *out, const char *name, const struct ipsock_addr *addr)
{
    ipsk_text_string(out, name);
    ipsk_text_ip(out, addr);
}

void ipsk_text_addr(struct ipsk_text *out, const struct ipsock_addr *addr)
{
    const bool bracketed = addr->family == IPSOCK_IPV6 && addr->port != 0;
    if (bracketed)
        ipsk_text_char(out, '[');
    ipsk_text_ip(out, addr);
    if (bracketed)
        ipsk_text_char(out, ']');
    if (addr->port != 0 && (bracketed || addr->family == IPSOCK_IPV4)) {
        ipsk_text_char(out, ':');
        ipsk_text_unsigned(out, addr->port);
    }
}

int ipsock_addr_format(const struct ipsock_addr *addr, char *text, size_t size)
{
    if (addr == NULL || text == NULL)
        return IPSOCK_EINVAL;
    if (addr->family != IPSOCK_IPV4 && addr->family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    struct ipsk_text out = ipsk_text_begin(text, size);
    ipsk_text_addr(&out, addr);
    const int result = ipsk_text_finish(&out);
    /* half an address is another address */
    if (result != IPSOCK_OK && size > 0)
        text[0] = '\0';
    return result;
}
