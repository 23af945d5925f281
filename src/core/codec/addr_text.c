// SPDX-License-Identifier: BSD-2-Clause
/* Addresses as text: RFC 4291 and 4007 in, strictly (RFC 6943, 3.1.1: one meaning per text), RFC
 * 5952 out. Own code: the systems' functions differ in what they accept and how they write. */
#include <string.h>

#include "core/codec/text.h"
#include "core/endpoint/backend.h"

enum {
    /* longest zone written: with the longest address and port it fills IPSOCK_ADDR_TEXT */
    ZONE_TEXT = IPSOCK_ADDR_TEXT - 39 - sizeof "[%]:65535",
    /* longest zone looked up */
    ZONE_MAX = IPSK_INTERFACE_NAME - 1
};

/* Text still to be read. */
struct reader {
    const char *at, *end;
};

static bool take_char(struct reader *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

/* Decimal without sign or leading zero, at most max. */
static bool take_decimal(struct reader *in, uint32_t max, uint32_t *value)
{
    const char *start = in->at;
    uint64_t n = 0;
    while (in->at < in->end && ipsk_is_digit(*in->at) && n <= max)
        n = n * 10 + (uint32_t)(*in->at++ - '0');
    if (in->at == start || n > max || (*start == '0' && in->at - start > 1))
        return false;
    *value = (uint32_t)n;
    return true;
}

static bool take_ipv4(struct reader *in, uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        uint32_t part;
        if ((i > 0 && !take_char(in, '.')) || !take_decimal(in, 255, &part))
            return false;
        ip[i] = (uint8_t)part;
    }
    return true;
}

/* One to four hexadecimal digits. */
static bool take_group(struct reader *in, uint8_t *ip)
{
    unsigned value = 0;
    int n = 0;
    while (n < 4 && in->at < in->end && ipsk_hex_value(*in->at) >= 0) {
        value = value << 4 | (unsigned)ipsk_hex_value(*in->at++);
        n++;
    }
    ip[0] = (uint8_t)(value >> 8);
    ip[1] = (uint8_t)value;
    return n > 0;
}

/* The next group, or the dotted quad that stands for the last two. */
static bool take_part(struct reader *in, uint8_t *ip, size_t *used)
{
    struct reader dotted = *in;
    if (*used <= 12 && take_ipv4(&dotted, ip + *used)) {
        *in = dotted;
        *used += 4;
        return true;
    }
    if (*used > 14 || !take_group(in, ip + *used))
        return false;
    *used += 2;
    return true;
}

/* All of the text is one IPv6 address without zone. */
static bool read_ipv6(struct reader in, uint8_t *ip)
{
    size_t used = 0, gap = SIZE_MAX; /* bytes filled; of these before "::" */
    if (take_char(&in, ':')) {
        if (!take_char(&in, ':'))
            return false;
        gap = 0;
    }
    while (in.at < in.end) {
        const char *start = in.at;
        if (!take_part(&in, ip, &used))
            return false;
        if (in.at == in.end)
            break;
        /* nothing follows a dotted quad, and a separator never ends the text but as "::" */
        if (memchr(start, '.', (size_t)(in.at - start)) != NULL || !take_char(&in, ':'))
            return false;
        if (gap == SIZE_MAX && take_char(&in, ':'))
            gap = used;
        else if (in.at == in.end)
            return false;
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
static int read_zone(struct reader in, uint32_t *scope)
{
    char name[ZONE_MAX + 1];
    struct ipsock_error error;
    const size_t length = (size_t)(in.end - in.at);
    size_t numeric = 0;
    if (length == 0)
        return IPSOCK_EINVAL;
    while (numeric < length && ipsk_is_digit(in.at[numeric]))
        numeric++;
    if (numeric == length)
        return take_decimal(&in, UINT32_MAX, scope) && *scope != 0 ? IPSOCK_OK : IPSOCK_ENODEV;
    if (length > ZONE_MAX)
        return IPSOCK_ENODEV;
    memcpy(name, in.at, length);
    name[length] = '\0';
    return ipsk_sys_interface_index(name, scope, &error);
}

/* "address" or "address%zone". */
static int read_scoped(struct reader in, struct ipsock_addr *addr)
{
    const char *percent = memchr(in.at, '%', (size_t)(in.end - in.at));
    const struct reader ip = {in.at, percent != NULL ? percent : in.end};
    addr->family = IPSOCK_IPV6;
    if (!read_ipv6(ip, addr->ip))
        return IPSOCK_EINVAL;
    if (percent == NULL)
        return IPSOCK_OK;
    const struct reader zone = {percent + 1, in.end};
    return read_zone(zone, &addr->scope);
}

/* All of the text is a port with its colon. */
static bool read_port(struct reader in, uint16_t *port)
{
    uint32_t value;
    if (!take_char(&in, ':') || !take_decimal(&in, UINT16_MAX, &value) || in.at != in.end)
        return false;
    *port = (uint16_t)value;
    return true;
}

/* "[address]:port", behind its first bracket. A zone may have brackets in it, a port not. */
static int read_bracketed(struct reader in, struct ipsock_addr *addr)
{
    const char *close = in.end;
    while (close > in.at && *--close != ']')
        continue;
    const struct reader port = {close + 1, in.end};
    const struct reader inside = {in.at, close};
    if (*close != ']' || !read_port(port, &addr->port))
        return IPSOCK_EINVAL;
    return read_scoped(inside, addr);
}

static int read_addr(struct reader in, struct ipsock_addr *addr)
{
    struct reader ipv4 = in;
    if (take_ipv4(&ipv4, addr->ip)) {
        addr->family = IPSOCK_IPV4;
        return ipv4.at == ipv4.end || read_port(ipv4, &addr->port) ? IPSOCK_OK : IPSOCK_EINVAL;
    }
    return take_char(&in, '[') ? read_bracketed(in, addr) : read_scoped(in, addr);
}

int ipsock_addr_parse(const char *text, struct ipsock_addr *addr)
{
    struct ipsock_addr found = {0};
    if (text == NULL || addr == NULL)
        return IPSOCK_EINVAL;
    const struct reader in = {text, text + strlen(text)};
    const int result = read_addr(in, &found);
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
        ipsk_text_hex_digits(out, (unsigned)(ip[2 * i] << 8 | ip[2 * i + 1]));
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
