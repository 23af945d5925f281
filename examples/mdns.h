// SPDX-License-Identifier: BSD-2-Clause
/* DNS messages as multicast DNS uses them (RFC 1035, 6762): questions read, answers written.
 * Nothing here knows of sockets, and nothing in a message is believed before it was checked. */
#ifndef MDNS_H
#define MDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MDNS_PORT      5353
#define MDNS_NAME      255 /* bytes of the longest name on the wire */
#define MDNS_QUESTIONS 8   /* questions about our name that are kept */
#define MDNS_KNOWN     64  /* known answers that are kept */
#define MDNS_TTL       120 /* of records that hold a host's address (RFC 6762, 10) */

/* Record types; the third is a question only. */
#define MDNS_A    1
#define MDNS_AAAA 28
#define MDNS_ANY  255

/** A name as on the wire, uncompressed: labels with their lengths, and the root's 0. */
struct mdns_name {
    uint8_t wire[MDNS_NAME];
    size_t length;
};

/** An address record: type MDNS_A with 4 bytes, or MDNS_AAAA with 16. */
struct mdns_record {
    uint16_t type;
    uint8_t ip[16];
};

struct mdns_question {
    uint16_t type;
    uint16_t class; /* without the bit that asks for a unicast answer */
};

/** What a query asks about one name. */
struct mdns_query {
    uint16_t id;
    bool wants_a, wants_aaaa;
    bool wants_unicast;    /* all of its questions about the name have the QU bit */
    struct mdns_name name; /* as the query spells it, upper and lower case */
    struct mdns_question questions[MDNS_QUESTIONS];
    size_t question_count;
    struct mdns_record known[MDNS_KNOWN]; /* answers that the querier still has */
    size_t known_count;
};

/** Who an answer is for. */
enum mdns_answer {
    MDNS_MULTICAST, /* everyone on the link, caches included */
    MDNS_UNICAST,   /* a querier that speaks multicast DNS */
    MDNS_LEGACY     /* a resolver that takes this for ordinary DNS (RFC 6762, 6.7) */
};

/** Reads "host" or "host.local". @return whether it is a name under .local */
bool mdns_name_parse(const char *text, struct mdns_name *name);

/** Reads a message. @return whether it is a well-formed query that asks for addresses of name */
bool mdns_read_query(const uint8_t *data, size_t length, const struct mdns_name *name,
                     struct mdns_query *query);

/** Whether the querier has said that it knows this record and will for some time. */
bool mdns_is_known(const struct mdns_query *query, const struct mdns_record *record);

/** Writes the answer to a query. @return its bytes; records that do not fit are left out */
size_t mdns_write_answer(uint8_t *data, size_t size, const struct mdns_query *query,
                         enum mdns_answer kind, const struct mdns_record *records, size_t count);

#endif
