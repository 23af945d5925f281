// SPDX-License-Identifier: BSD-2-Clause
/* Packets that arrive and packets that left. */
#include "probe.h"

struct arrival arrival;
int wire_protocol;
uint8_t wire_packet[70000];
size_t wire_size;

static size_t wire_header;

uint16_t checksum(const uint8_t *bytes, size_t size, uint32_t sum)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    if (size & 1)
        sum += (uint32_t)bytes[size - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Builds the IP header around a body and lets it arrive; the body's checksum, at offset sum (-1:
 * none), is set. */
static void arrive(enum port_interface i, const char *source, const char *destination, int protocol,
                   uint8_t *body, size_t size, int sum, int pseudo)
{
    static uint8_t packet[70000];
    uint8_t from[16], to[16];
    size_t n = (size_t)parse_ip(source, from), header = n == 4 ? 20 : 40;

    parse_ip(destination, to);
    if (sum >= 0) {
        uint32_t start = 0;
        put16(body + sum, 0);
        if (pseudo) {
            start = (uint16_t)~checksum(from, n, 0);
            start += (uint16_t)~checksum(to, n, 0);
            start += (uint32_t)protocol + (uint32_t)size;
        }
        put16(body + sum, checksum(body, size, start));
    }
    memset(packet, 0, header);
    if (n == 4) {
        packet[0] = 0x45;
        packet[1] = (uint8_t)arrival.tos;
        put16(packet + 2, (unsigned)(header + size));
        put16(packet + 4, (unsigned)arrival.id);
        put16(packet + 6, (unsigned)arrival.off);
        packet[8] = (uint8_t)arrival.ttl;
        packet[9] = (uint8_t)protocol;
        memcpy(packet + 12, from, 4);
        memcpy(packet + 16, to, 4);
        put16(packet + 10, checksum(packet, 20, 0));
    } else {
        packet[0] = (uint8_t)(0x60 | arrival.tos >> 4);
        packet[1] = (uint8_t)(arrival.tos << 4);
        put16(packet + 4, (unsigned)size);
        packet[6] = (uint8_t)protocol;
        packet[7] = (uint8_t)arrival.ttl;
        memcpy(packet + 8, from, 16);
        memcpy(packet + 24, to, 16);
    }
    memcpy(packet + header, body, size);
    port_arrive(i, packet, header + size);
    port_settle();
}

static uint8_t body[66000];

void arrive_ip(enum port_interface i, const char *source, const char *destination, int protocol,
               const void *data, size_t size)
{
    memcpy(body, data, size);
    arrive(i, source, destination, protocol, body, size, -1, 0);
}

void arrive_udp(enum port_interface i, const char *source, const char *destination, unsigned port,
                const void *data, size_t size)
{
    put16(body, arrival.sport);
    put16(body + 2, port);
    put16(body + 4, (unsigned)size + 8);
    if (size)
        memcpy(body + 8, data, size);
    arrive(i, source, destination, IPPROTO_UDP, body, size + 8, 6, 1);
}

void arrive_icmp(enum port_interface i, const char *source, const char *destination, int type,
                 int code, uint32_t rest, const void *data, size_t size)
{
    uint8_t scratch[16];
    int v4 = parse_ip(source, scratch) == 4;

    body[0] = (uint8_t)type;
    body[1] = (uint8_t)code;
    put16(body + 4, rest >> 16);
    put16(body + 6, rest & 0xffff);
    if (size)
        memcpy(body + 8, data, size);
    arrive(i, source, destination, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, body, size + 8, 2, !v4);
}

void wire_clear(void)
{
    port_settle();
    for (int i = 0; i < 100000 && port_sent(PORT_NET0, wire_packet, sizeof wire_packet); i++)
        continue;
    for (int i = 0; i < 100000 && port_sent(PORT_NET1, wire_packet, sizeof wire_packet); i++)
        continue;
    wire_size = 0;
}

const uint8_t *wire_body(void)
{
    return wire_packet + wire_header;
}

/* Describes wire_packet, or NULL when it is not what the probe looks for. */
static const char *describe(const char *interface)
{
    const uint8_t *p = wire_packet;

    if (wire_size >= 20 && p[0] >> 4 == 4) {
        unsigned off = (unsigned)p[6] << 8 | p[7];
        if (p[9] != wire_protocol)
            return NULL;
        wire_header = (size_t)(p[0] & 15) * 4;
        const char *fragment =
            off & 0x3fff ? text(" off=%u mf=%u", (off & 0x1fff) * 8, off >> 13 & 1) : "";
        return text("%s %s>%s ttl=%u tos=%u df=%u len=%zu%s", interface, ip_text(p + 12, 4),
                    ip_text(p + 16, 4), p[8], p[1], off >> 14 & 1, wire_size, fragment);
    }
    if (wire_size >= 40 && p[0] >> 4 == 6) {
        unsigned next = p[6];
        const char *fragment = "";
        wire_header = 40;
        if (next == 0) { /* hop by hop: MLD has it */
            next = p[40];
            wire_header += (size_t)(p[41] + 1) * 8;
        }
        if (next == 44) {
            unsigned off = (unsigned)p[wire_header + 2] << 8 | p[wire_header + 3];
            next = p[wire_header];
            fragment = text(" off=%u mf=%u", off & 0xfff8, off & 1);
            wire_header += 8;
        }
        if ((int)next != wire_protocol)
            return NULL;
        unsigned type = p[wire_header];
        if (next == IPPROTO_ICMPV6 && type >= 133 && type <= 137)
            return NULL; /* neighbour discovery */
        return text("%s %s>%s ttl=%u tos=%u len=%zu%s", interface, ip_text(p + 8, 16),
                    ip_text(p + 24, 16), p[7], (p[0] << 4 | p[1] >> 4) & 255, wire_size, fragment);
    }
    if (p[0] >> 4 != 6)
        return text("%s odd version: first byte %02x len=%zu", interface, p[0], wire_size);
    if (wire_size < 40)
        return text("%s odd length: first byte %02x len=%zu", interface, p[0], wire_size);
    return NULL;
}

static const char *next(enum port_interface i, const char *name)
{
    for (int tries = 0; tries < 20000; tries++) {
        wire_size = port_sent(i, wire_packet, sizeof wire_packet);
        if (!wire_size)
            return NULL;
        const char *found = describe(name);
        if (found)
            return found;
    }
    return NULL;
}

const char *wire(void)
{
    port_settle();
    const char *found = next(PORT_NET0, "net0");
    if (!found)
        found = next(PORT_NET1, "net1");
    return found ? found : "none";
}

const char *wire_all(void)
{
    const char *out = wire();
    for (int i = 0; i < 12 && wire_size; i++) {
        const char *more = wire();
        if (!wire_size)
            break;
        out = text("%s + %s", out, more);
    }
    return out;
}
