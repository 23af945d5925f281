// SPDX-License-Identifier: BSD-2-Clause
/* The ICMP codec by lines: "marshal KEY=VALUE…" answers with the bytes in hex, "parse FAMILY HEX"
 * with the fields in the same words. An error is answered by its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ipsock/icmp.h>

enum { OBJECTS = 8, LABELS = 16, BYTES = 4096 };

static struct ipsock_icmp_object objects[OBJECTS];
static uint8_t payloads[OBJECTS][BYTES];
static uint8_t data[BYTES];

static _Noreturn void wrong(const char *what)
{
    fprintf(stderr, "icmp_driver: %s\n", what);
    exit(2);
}

static size_t from_hex(const char *text, uint8_t *bytes)
{
    size_t length = 0;
    unsigned byte;
    for (; sscanf(text, "%2x", &byte) == 1 && length < BYTES; text += 2)
        bytes[length++] = (uint8_t)byte;
    return length;
}

static void put_hex(const char *name, const uint8_t *bytes, size_t length)
{
    printf("%s", name);
    for (size_t i = 0; i < length; i++)
        printf("%02x", bytes[i]);
}

static struct ipsock_addr address(const char *text)
{
    struct ipsock_addr addr;
    if (ipsock_addr_parse(text, &addr) != IPSOCK_OK)
        wrong(text);
    return addr;
}

static void put_address(const char *name, const struct ipsock_addr *addr)
{
    char text[IPSOCK_ADDR_TEXT];
    if (ipsock_addr_format(addr, text, sizeof text) == IPSOCK_OK)
        printf("%s%s", name, text);
}

/* The words between slashes. */
static char *next_word(char **rest)
{
    char *word = *rest;
    if (word == NULL)
        wrong("word missing");
    char *end = strchr(word, '/');
    if (end != NULL)
        *end++ = '\0';
    *rest = end;
    return word;
}

static uint32_t next_number(char **rest)
{
    return (uint32_t)strtoul(next_word(rest), NULL, 10);
}

/* label/class/bottom/ttl for each. */
static int make_mpls(struct ipsock_icmp_object *object, char *rest, uint8_t *buffer)
{
    struct ipsock_icmp_mpls_label labels[LABELS];
    size_t count = 0;
    while (rest != NULL && *rest != '\0' && count < LABELS) {
        struct ipsock_icmp_mpls_label *label = &labels[count++];
        label->label = next_number(&rest);
        label->traffic_class = (uint8_t)next_number(&rest);
        label->bottom = next_number(&rest) != 0;
        label->ttl = (uint8_t)next_number(&rest);
    }
    return ipsock_icmp_mpls_encode(object, labels, count, buffer, BYTES);
}

/* role, then index/N, addr/A, name/S, mtu/N. */
static int make_interface(struct ipsock_icmp_object *object, char *rest, uint8_t *buffer)
{
    struct ipsock_icmp_interface info = {.role = (uint8_t)next_number(&rest)};
    while (rest != NULL) {
        const char *key = next_word(&rest);
        if (strcmp(key, "index") == 0) {
            info.has_index = true;
            info.index = next_number(&rest);
        } else if (strcmp(key, "mtu") == 0) {
            info.has_mtu = true;
            info.mtu = next_number(&rest);
        } else if (strcmp(key, "addr") == 0) {
            info.addr = address(next_word(&rest));
        } else if (strcmp(key, "name") == 0) {
            snprintf(info.name, sizeof info.name, "%s", next_word(&rest));
        } else {
            wrong(key);
        }
    }
    return ipsock_icmp_interface_encode(object, &info, buffer, BYTES);
}

/* 1/NAME, 2/INDEX or 3/FAMILY/HEX. */
static int make_ident(struct ipsock_icmp_object *object, char *rest, uint8_t *buffer)
{
    struct ipsock_icmp_ident ident = {.by = (uint8_t)next_number(&rest)};
    uint8_t bytes[BYTES];
    if (ident.by == IPSOCK_ICMP_IDENT_NAME) {
        snprintf(ident.name, sizeof ident.name, "%s", next_word(&rest));
    } else if (ident.by == IPSOCK_ICMP_IDENT_INDEX) {
        ident.index = next_number(&rest);
    } else {
        ident.address_family = (uint16_t)next_number(&rest);
        ident.address_length = (uint8_t)from_hex(next_word(&rest), bytes);
        memcpy(ident.address, bytes, sizeof ident.address);
    }
    return ipsock_icmp_ident_encode(object, &ident, buffer, BYTES);
}

static int make_object(struct ipsock_icmp_object *object, char *rest, uint8_t *buffer)
{
    object->object_class = (uint8_t)next_number(&rest);
    object->object_type = (uint8_t)next_number(&rest);
    object->length = (uint16_t)from_hex(next_word(&rest), buffer);
    object->payload = buffer;
    return IPSOCK_OK;
}

typedef int maker(struct ipsock_icmp_object *object, char *rest, uint8_t *buffer);

static int add_object(struct ipsock_icmp_message *m, maker *make, char *value)
{
    if (m->object_count == OBJECTS)
        wrong("too many objects");
    const size_t i = m->object_count++;
    return make(&objects[i], value, payloads[i]);
}

struct addresses {
    struct ipsock_addr source, destination;
    bool given;
};

static int set_field(struct ipsock_icmp_message *m, struct addresses *addresses, const char *key,
                     char *value)
{
    static const struct {
        const char *key;
        maker *make;
    } makers[] = {{"mpls", make_mpls},
                  {"interface", make_interface},
                  {"ident", make_ident},
                  {"object", make_object}};
    const uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        if (strcmp(key, makers[i].key) == 0)
            return add_object(m, makers[i].make, value);
#define NUMBER(name, field, type) \
    if (strcmp(key, name) == 0)   \
    return m->field = (type)number, IPSOCK_OK
    NUMBER("family", family, int);
    NUMBER("type", type, uint8_t);
    NUMBER("code", code, uint8_t);
    NUMBER("body", body, int);
    NUMBER("id", id, uint16_t);
    NUMBER("seq", sequence, uint16_t);
    NUMBER("local", local, bool);
    NUMBER("state", state, uint8_t);
    NUMBER("active", active, bool);
    NUMBER("ipv4", has_ipv4, bool);
    NUMBER("ipv6", has_ipv6, bool);
    NUMBER("pointer", pointer, uint32_t);
    NUMBER("mtu", mtu, uint32_t);
    if (strcmp(key, "gateway") == 0) {
        m->gateway = address(value);
    } else if (strcmp(key, "source") == 0) {
        addresses->source = address(value);
        addresses->given = true;
    } else if (strcmp(key, "destination") == 0) {
        addresses->destination = address(value);
    } else if (strcmp(key, "data") == 0) {
        m->data_length = from_hex(value, data);
        m->data = data;
    } else {
        wrong(key);
    }
    return IPSOCK_OK;
}

static void marshal(char *words)
{
    struct ipsock_icmp_message m = {.objects = objects};
    struct addresses addresses = {.given = false};
    static uint8_t buffer[65535];
    size_t written = 0;
    int result = IPSOCK_OK;
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        char *value = strchr(word, '=');
        if (value == NULL)
            wrong(word);
        *value++ = '\0';
        result = set_field(&m, &addresses, word, value);
        if (result != IPSOCK_OK)
            break;
    }
    if (result == IPSOCK_OK)
        result = ipsock_icmp_marshal(&m, addresses.given ? &addresses.source : NULL,
                                     addresses.given ? &addresses.destination : NULL, buffer,
                                     sizeof buffer, &written);
    if (result == IPSOCK_OK)
        put_hex("", buffer, written);
    else
        printf("%s", ipsock_error_name(result));
}

static void put_object(const struct ipsock_icmp_object *object)
{
    struct ipsock_icmp_mpls_label labels[LABELS];
    struct ipsock_icmp_interface info;
    struct ipsock_icmp_ident ident;
    size_t count;
    if (ipsock_icmp_mpls_decode(object, labels, LABELS, &count) == IPSOCK_OK) {
        printf(" mpls=");
        for (size_t i = 0; i < count && i < LABELS; i++)
            printf("%s%u/%u/%d/%u", i == 0 ? "" : "/", (unsigned)labels[i].label,
                   labels[i].traffic_class, labels[i].bottom, labels[i].ttl);
    } else if (ipsock_icmp_interface_decode(object, &info) == IPSOCK_OK) {
        printf(" interface=%u", info.role);
        if (info.has_index)
            printf("/index/%u", (unsigned)info.index);
        put_address("/addr/", &info.addr);
        if (info.name[0] != '\0')
            printf("/name/%s", info.name);
        if (info.has_mtu)
            printf("/mtu/%u", (unsigned)info.mtu);
    } else if (ipsock_icmp_ident_decode(object, &ident) == IPSOCK_OK) {
        printf(" ident=%u", ident.by);
        if (ident.by == IPSOCK_ICMP_IDENT_NAME)
            printf("/%s", ident.name);
        else if (ident.by == IPSOCK_ICMP_IDENT_INDEX)
            printf("/%u", (unsigned)ident.index);
        else {
            printf("/%u", ident.address_family);
            put_hex("/", ident.address, ident.address_length);
        }
    } else {
        printf(" object=%u/%u", object->object_class, object->object_type);
        put_hex("/", object->payload, object->length);
    }
}

static void put_quote(const struct ipsock_icmp_message *m)
{
    struct ipsock_icmp_quote quote;
    if (ipsock_icmp_quoted(m, &quote) != IPSOCK_OK)
        return;
    const unsigned source = quote.source.port, destination = quote.destination.port;
    quote.source.port = quote.destination.port = 0;
    put_address(" from=", &quote.source);
    put_address(" to=", &quote.destination);
    printf(" sport=%u dport=%u protocol=%u hops=%u quoted=%zu", source, destination, quote.protocol,
           quote.hop_limit, quote.length);
}

static void parse(char *words)
{
    struct ipsock_icmp_message m;
    char *bytes = strchr(words, ' ');
    uint8_t buffer[BYTES];
    if (bytes == NULL)
        wrong("no bytes");
    const size_t length = from_hex(bytes + 1, buffer);
    const int result = ipsock_icmp_parse(&m, objects, OBJECTS, atoi(words), buffer, length);
    if (result != IPSOCK_OK) {
        printf("%s", ipsock_error_name(result));
        return;
    }
    printf("type=%u code=%u body=%d id=%u seq=%u local=%d state=%u active=%d ipv4=%d ipv6=%d "
           "pointer=%u mtu=%u extension=%u",
           m.type, m.code, m.body, m.id, m.sequence, m.local, m.state, m.active, m.has_ipv4,
           m.has_ipv6, (unsigned)m.pointer, (unsigned)m.mtu, m.extension);
    put_address(" gateway=", &m.gateway);
    put_hex(" data=", m.data, m.data_length);
    for (size_t i = 0; i < m.object_count; i++)
        put_object(&m.objects[i]);
    put_quote(&m);
}

int main(void)
{
    static char line[4 * BYTES];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "marshal ", 8) == 0)
            marshal(line + 8);
        else if (strncmp(line, "parse ", 6) == 0)
            parse(line + 6);
        else
            wrong(line);
        putchar('\n');
    }
    return 0;
}
