// SPDX-License-Identifier: BSD-2-Clause
#include "mdns.h"

#include <string.h>

#define HEADER    12
#define CLASS_IN  1
#define CLASS_ANY 255
#define TOP_BIT   0x8000u /* of a class: QU in questions, cache-flush in answers */

#define FLAG_RESPONSE      0x8000u
#define FLAG_AUTHORITATIVE 0x0400u
#define FLAG_TRUNCATED     0x0200u
#define OPCODE_AND_RCODE   0x780fu

/* A place in a message. Reading beyond the end gives zeros and is remembered. */
struct cursor {
    const uint8_t *data;
    size_t length, at;
    bool bad;
};

static uint32_t read_number(struct cursor *c, size_t bytes)
{
    uint32_t value = 0;
    if (c->bad || c->length - c->at < bytes) {
        c->bad = true;
        return 0;
    }
    while (bytes--)
        value = value << 8 | c->data[c->at++];
    return value;
}

/* Reads a name, following its compression pointers. Each has to point before the place where the
 * last jump landed, so there is no going round in circles, and a name ends at 255 bytes. */
static void read_name(struct cursor *c, struct mdns_name *name)
{
    size_t at = c->at, limit = c->at, after = 0;
    name->length = 0;
    while (!c->bad) {
        if (at >= c->length)
            break;
        const size_t byte = c->data[at];
        if (byte >= 0xc0) {
            if (at + 1 >= c->length)
                break;
            const size_t target = (byte & 0x3f) << 8 | c->data[at + 1];
            if (target < HEADER || target >= limit)
                break;
            after = after ? after : at + 2;
            at = limit = target;
            continue;
        }
        // 0x40 and 0x80 are no lengths: such labels do not exist any more.
        if (byte > 63 || byte + 1 > c->length - at || name->length + byte + 1 > MDNS_NAME)
            break;
        memcpy(name->wire + name->length, c->data + at, byte + 1);
        name->length += byte + 1;
        at += byte + 1;
        if (byte == 0) {
            c->at = after ? after : at;
            return;
        }
    }
    c->bad = true;
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

/* Case of ASCII letters aside; lengths of labels are below 'A' and compare as they are. */
static bool same_name(const struct mdns_name *a, const struct mdns_name *b)
{
    bool same = a->length == b->length;
    for (size_t i = 0; same && i < a->length; i++)
        same = lower(a->wire[i]) == lower(b->wire[i]);
    return same;
}

bool mdns_name_parse(const char *text, struct mdns_name *name)
{
    static const struct mdns_name local = {"\5local", 7};
    const char *suffix = strchr(text, '.') ? "" : ".local";
    char whole[MDNS_NAME];
    size_t length = strlen(text);
    // On the wire it has one byte more in front, and the root behind.
    if (length + strlen(suffix) + 2 > MDNS_NAME)
        return false;
    memcpy(whole, text, length);
    memcpy(whole + length, suffix, strlen(suffix) + 1);
    length += strlen(suffix);
    if (length > 0 && whole[length - 1] == '.')
        whole[--length] = '\0';
    name->length = 0;
    for (size_t at = 0; at <= length;) {
        const size_t label = strcspn(whole + at, ".");
        if (label == 0 || label > 63)
            return false;
        name->wire[name->length++] = (uint8_t)label;
        memcpy(name->wire + name->length, whole + at, label);
        name->length += label;
        at += label + 1;
    }
    name->wire[name->length++] = 0;
    if (name->length <= local.length)
        return false;
    struct mdns_name end = {.length = local.length};
    memcpy(end.wire, name->wire + name->length - local.length, local.length);
    return same_name(&end, &local);
}

/* Reads a question, and keeps it if it asks for addresses of the name. */
static void read_question(struct cursor *c, const struct mdns_name *name, struct mdns_query *query)
{
    struct mdns_name asked;
    read_name(c, &asked);
    const uint16_t type = (uint16_t)read_number(c, 2);
    const uint16_t class = (uint16_t)read_number(c, 2);
    const uint16_t plain = class & (uint16_t)~TOP_BIT;
    if (c->bad || !same_name(&asked, name) || (plain != CLASS_IN && plain != CLASS_ANY) ||
        (type != MDNS_A && type != MDNS_AAAA && type != MDNS_ANY) ||
        query->question_count == MDNS_QUESTIONS)
        return;
    query->wants_a = query->wants_a || type != MDNS_AAAA;
    query->wants_aaaa = query->wants_aaaa || type != MDNS_A;
    query->wants_unicast = query->wants_unicast && (class & TOP_BIT);
    query->questions[query->question_count++] = (struct mdns_question){type, plain};
    query->name = asked;
}

/* Reads a record, and keeps it if it is an address of the name that will be known for at least half
 * of its time (RFC 6762, 7.1). */
static void read_record(struct cursor *c, const struct mdns_name *name, struct mdns_query *query,
                        bool is_answer)
{
    struct mdns_name owner;
    struct mdns_record record = {0};
    read_name(c, &owner);
    record.type = (uint16_t)read_number(c, 2);
    const uint32_t class = read_number(c, 2);
    const uint32_t ttl = read_number(c, 4);
    const size_t length = read_number(c, 2);
    if (c->bad || c->length - c->at < length) {
        c->bad = true;
        return;
    }
    const bool address =
        (record.type == MDNS_A && length == 4) || (record.type == MDNS_AAAA && length == 16);
    if (is_answer && address && class == CLASS_IN && ttl >= MDNS_TTL / 2 &&
        same_name(&owner, name) && query->known_count < MDNS_KNOWN) {
        memcpy(record.ip, c->data + c->at, length);
        query->known[query->known_count++] = record;
    }
    c->at += length;
}

bool mdns_read_query(const uint8_t *data, size_t length, const struct mdns_name *name,
                     struct mdns_query *query)
{
    struct cursor c = {.data = data, .length = length};
    memset(query, 0, sizeof *query);
    query->wants_unicast = true;
    query->id = (uint16_t)read_number(&c, 2);
    const uint32_t flags = read_number(&c, 2);
    const uint32_t questions = read_number(&c, 2);
    const uint32_t answers = read_number(&c, 2);
    const uint32_t others = read_number(&c, 2) + read_number(&c, 2);
    if (flags & (FLAG_RESPONSE | OPCODE_AND_RCODE))
        return false;
    for (uint32_t i = 0; i < questions && !c.bad; i++)
        read_question(&c, name, query);
    // Read to the end: what breaks off somewhere is not answered at all.
    for (uint32_t i = 0; i < answers + others && !c.bad; i++)
        read_record(&c, name, query, i < answers);
    return !c.bad && query->question_count > 0;
}

static size_t ip_length(uint16_t type)
{
    return type == MDNS_A ? 4 : 16;
}

bool mdns_is_known(const struct mdns_query *query, const struct mdns_record *record)
{
    for (size_t i = 0; i < query->known_count; i++)
        if (query->known[i].type == record->type &&
            memcmp(query->known[i].ip, record->ip, ip_length(record->type)) == 0)
            return true;
    return false;
}

static uint8_t *put_number(uint8_t *at, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    return at + bytes;
}

/* The name in full the first time, which is right behind the header, then as a pointer to there. */
static uint8_t *put_name(uint8_t *at, const uint8_t *start, const struct mdns_name *name)
{
    if (at != start + HEADER)
        return put_number(at, 0xc000 | HEADER, 2);
    memcpy(at, name->wire, name->length);
    return at + name->length;
}

size_t mdns_write_answer(uint8_t *data, size_t size, const struct mdns_query *query,
                         enum mdns_answer kind, const struct mdns_record *records, size_t count)
{
    const bool legacy = kind == MDNS_LEGACY;
    const size_t questions = legacy ? query->question_count : 0;
    // Names that come again are 2 bytes: this is what everything but the records takes at most.
    if (size < HEADER + MDNS_NAME + 4 + MDNS_QUESTIONS * 6)
        return 0;
    uint8_t *at = data + HEADER;
    for (size_t i = 0; i < questions; i++) {
        at = put_name(at, data, &query->name);
        at = put_number(at, query->questions[i].type, 2);
        at = put_number(at, query->questions[i].class, 2);
    }
    size_t written = 0;
    for (; written < count; written++) {
        const struct mdns_record *record = &records[written];
        const size_t length = ip_length(record->type);
        const size_t name = at == data + HEADER ? query->name.length : 2;
        if (name + 10 + length > size - (size_t)(at - data))
            break;
        at = put_name(at, data, &query->name);
        at = put_number(at, record->type, 2);
        // Only who listens to the group learns all of a host's addresses, and may drop the others.
        at = put_number(at, kind == MDNS_MULTICAST ? TOP_BIT | CLASS_IN : CLASS_IN, 2);
        // A resolver that will not hear of changes shall not remember for long.
        at = put_number(at, legacy ? 10 : MDNS_TTL, 4);
        at = put_number(at, (uint32_t)length, 2);
        memcpy(at, record->ip, length);
        at += length;
    }
    uint32_t flags = FLAG_RESPONSE | FLAG_AUTHORITATIVE;
    if (legacy && written < count)
        flags |= FLAG_TRUNCATED;
    put_number(data, legacy ? query->id : 0, 2);
    put_number(data + 2, flags, 2);
    put_number(data + 4, (uint32_t)questions, 2);
    put_number(data + 6, (uint32_t)written, 2);
    put_number(data + 8, 0, 4);
    return (size_t)(at - data);
}
