// SPDX-License-Identifier: BSD-2-Clause
#include "core/traffic/error_stream.h"

#include <stdlib.h>
#include <string.h>

#include "core/codec/icmp.h"
#include "core/endpoint/flow.h"
#include "core/endpoint/wait.h"
#include "core/option/option.h"
#include "core/traffic/ping.h"

/* Longest payload of a UDP datagram over IPv4. What is longer the system refuses without a report.
 */
#define LONGEST 65507

/* What to do about it, where the system could. */
#define ERRORS_NOT_ASKED_FOR "error_stream (open or adopt with IPSOCK_OPEN_ERROR_STREAM)"

/* Tries of one call: as many as other packets' errors can come between, and an end where a system
 * says the same for ever. A send may really have no route: then a few do. */
#define TRIES      64
#define TRIES_SEND 8

void ipsk_free_errors(struct ipsock_endpoint *s)
{
    if (s->stream == NULL)
        return;
    if (s->process == ipsk_sys_process())
        ipsk_mutex_destroy(&s->stream->lock);
    free(s->stream);
}

/* ---- a call that failed with another packet's error ---- */

static bool is_same_host(const struct ipsock_addr *a, const struct ipsock_addr *b)
{
    const struct ipsock_addr x = ipsock_addr_map(a);
    const struct ipsock_addr y = ipsock_addr_map(b);
    return memcmp(x.ip, y.ip, sizeof x.ip) == 0;
}

static void note_double(struct ipsock_endpoint *s, const struct ipsock_message *m, bool more)
{
    struct ipsk_error_stream *e = s->stream;
    struct ipsk_spelled room;
    m = ipsk_spelled(m, &room);
    const struct ipsock_addr *to = m->peer.family != IPSOCK_UNSPEC ? &m->peer : &s->peer;
    ipsk_mutex_lock(&e->lock);
    const bool same = e->doubles != 0 && is_same_host(&e->doubled, to);
    if (more) {
        e->doubled = *to;
        e->doubles = same ? e->doubles + 1 : 1;
    } else if (same) {
        e->doubles--;
    }
    ipsk_mutex_unlock(&e->lock);
}

/* Whether a report is the second one of a send. Under the stream's lock. */
static bool is_double(struct ipsk_error_stream *e, const struct ipsock_icmp_error *event)
{
    if (e->doubles == 0 || event->family != 0 || event->error != IPSOCK_EMSGSIZE ||
        !is_same_host(&e->doubled, &event->destination))
        return false;
    e->doubles--;
    return true;
}

/* The other packet's EMSGSIZE comes with one try; two are this datagram's own. The system reports
 * those itself, each time, but not of segments. */
static bool try_smaller(struct ipsock_endpoint *s, struct ipsk_retry *retry,
                        const struct ipsock_message *m)
{
    const bool segments = (ipsk_message_fields(m) & IPSOCK_CONTROL_SEGMENT_SIZE) != 0;
    if (retry->doubled || ipsk_buffers_length(m) > LONGEST)
        return false;
    retry->doubled = true;
    retry->noted = !segments;
    if (!segments)
        note_double(s, m, true);
    return true;
}

bool ipsk_try_again(struct ipsock_endpoint *s, struct ipsk_retry *retry, int code,
                    const struct ipsock_message *message)
{
    if (code == IPSOCK_EMSGSIZE && message != NULL)
        return ipsk_is_stream_error(s, code) && try_smaller(s, retry, message);
    if (retry->doubled) {
        retry->doubled = false;
        if (retry->noted)
            note_double(s, message, false);
    }
    const uint32_t limit = message == NULL || code == IPSOCK_ECONNREFUSED ? TRIES : TRIES_SEND;
    return ipsk_is_stream_error(s, code) && ++retry->tries < limit;
}

/* ---- the stream ---- */

/* Whether a report is about another program's packet: a raw socket under a ping endpoint is told of
 * those as well. */
static bool is_foreign(const struct ipsock_endpoint *s, const struct ipsk_error_entry *entry)
{
    return s->echo_id != 0 && entry->event.family != 0 &&
           !ipsk_ping_sent(s, entry->bytes, entry->quoted);
}

/* The oldest report that the system has. Under the stream's lock. */
static int take_system(struct ipsock_endpoint *s, struct ipsk_error_entry *entry,
                       struct ipsock_error *error)
{
    int code;
    do
        code = ipsk_sys_recv_error(s, entry, error);
    while (code == IPSOCK_OK && (is_double(s->stream, &entry->event) || is_foreign(s, entry)));
    if (code == IPSOCK_EAGAIN)
        s->stream->doubles = 0; /* whatever has not come by now was dropped */
    return code;
}

static void keep_errors(struct ipsock_endpoint *s)
{
    struct ipsk_error_stream *e = s->stream;
    struct ipsk_error_entry lost;
    struct ipsock_error ignored;
    bool more = false;
    if (e == NULL)
        return;
    ipsk_mutex_lock(&e->lock);
    for (;;) {
        const uint32_t queued = atomic_load_explicit(&s->stream_queued, memory_order_relaxed);
        const bool full = queued == IPSK_ERRORS_QUEUED;
        struct ipsk_error_entry *next =
            full ? &lost : &e->ring[(e->first + queued) % IPSK_ERRORS_QUEUED];
        if (take_system(s, next, &ignored) < 0)
            break;
        if (full) {
            atomic_fetch_add_explicit(&s->error_discards, 1, memory_order_relaxed);
            continue;
        }
        atomic_store_explicit(&s->stream_queued, queued + 1, memory_order_relaxed);
        more = true;
    }
    ipsk_mutex_unlock(&e->lock);
    if (!more)
        return;
    ipsk_mutex_lock(&s->lock); /* who waits for errors, waits for the system's queue */
    ipsk_wake_all(s);
    ipsk_mutex_unlock(&s->lock);
}

int ipsk_start_errors(struct ipsock_endpoint *s, const char *operation, struct ipsock_error *error)
{
    struct ipsock_error ignored;
    struct ipsk_error_stream *e = calloc(1, sizeof *e);
    if (e == NULL)
        return ipsk_fail(error, IPSOCK_ENOMEM, 0, operation, "error_stream");
    ipsk_mutex_init(&e->lock);
    s->stream = e;
    s->keep_errors = keep_errors;
    const int code = ipsk_set_option(s, IPSK_OPTION_ERROR_STREAM, 1, "error_stream", error);
    if (code == IPSOCK_OK) /* an older kernel's errors come without extensions */
        ipsk_set_option(s, IPSK_OPTION_ERROR_EXTENSIONS, 1, "error_stream", &ignored);
    return code;
}

static int take(struct ipsock_endpoint *s, struct ipsk_error_entry *entry,
                struct ipsock_error *error)
{
    struct ipsk_error_stream *e = s->stream;
    int code = IPSOCK_OK;
    ipsk_mutex_lock(&e->lock);
    const uint32_t queued = atomic_load_explicit(&s->stream_queued, memory_order_relaxed);
    if (queued != 0) {
        *entry = e->ring[e->first];
        e->first = (e->first + 1) % IPSK_ERRORS_QUEUED;
        atomic_store_explicit(&s->stream_queued, queued - 1, memory_order_relaxed);
    } else {
        code = take_system(s, entry, error);
    }
    ipsk_mutex_unlock(&e->lock);
    return code;
}

/* Where the caller wants an event. */
struct destination {
    struct ipsock_icmp_error *event;
    struct ipsock_icmp_object *objects;
    size_t capacity;
    uint8_t *payload;
    size_t size;
    size_t *length;
};

/* Routers of before RFC 4884 put extensions behind 128 bytes of packet and do not say so; nor does
 * the system then. Its headers are not here: those of a packet without options are assumed. */
static void look_for_legacy(const struct ipsock_endpoint *s, struct ipsk_error_entry *entry)
{
    struct ipsock_icmp_error *event = &entry->event;
    const size_t headers =
        (event->family == IPSOCK_IPV4 ? 20u : 40u) + (s->kind == IPSOCK_UDP ? 8u : 0u);
    const size_t at = IPSK_ICMP_QUOTED - headers;
    struct ipsk_icmp_objects none = {0};
    if (event->family == 0 || entry->quoted != entry->length || entry->truncated ||
        entry->length <= at ||
        ipsk_icmp_find_objects(&none, entry->bytes + at, entry->length - at) !=
            IPSOCK_ICMP_EXTENSION_FOUND)
        return;
    entry->quoted = (uint16_t)at;
    event->extension = IPSOCK_ICMP_EXTENSION_LEGACY;
}

static void hand_over(const struct destination *to, const struct ipsk_error_entry *entry)
{
    struct ipsock_icmp_error *event = to->event;
    const size_t quoted = entry->quoted < to->size ? entry->quoted : to->size;
    *event = entry->event;
    if (quoted != 0)
        memcpy(to->payload, entry->bytes, quoted);
    if (to->length != NULL)
        *to->length = quoted;
    if (entry->truncated || quoted < entry->quoted)
        event->flags |= IPSOCK_MSG_TRUNC;
    event->objects = to->objects;
    if (entry->length == entry->quoted)
        return;
    if (entry->length > to->size) {
        event->flags |= IPSOCK_MSG_CTRUNC;
        return;
    }
    const size_t length = (size_t)(entry->length - entry->quoted);
    memcpy(to->payload + quoted, entry->bytes + quoted, length);
    struct ipsk_icmp_objects objects = {to->objects, to->capacity, 0};
    const uint8_t found = ipsk_icmp_find_objects(&objects, to->payload + quoted, length);
    if (event->extension == IPSOCK_ICMP_EXTENSION_NONE || found != IPSOCK_ICMP_EXTENSION_FOUND)
        event->extension = found;
    event->objects_found = objects.found;
    event->object_count = objects.found < to->capacity ? objects.found : to->capacity;
}

static int check(const struct ipsock_endpoint *s, const struct destination *to, uint32_t flags,
                 struct ipsock_error *error)
{
    const char *field = NULL;
    if (to->event == NULL)
        field = "event";
    else if (to->objects == NULL && to->capacity != 0)
        field = "objects";
    else if (to->payload == NULL && (to->size != 0 || to->capacity != 0))
        field = "payload";
    else if (flags & ~IPSOCK_MSG_DONTWAIT)
        field = "flags";
    if (field != NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive error", field);
    if (s->stream != NULL)
        return IPSOCK_OK;
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const bool known =
        s->kind == IPSOCK_TCP || ipsk_option_row(s, IPSK_OPTION_ERROR_STREAM, column) != NULL;
    return ipsk_fail(error, known ? IPSOCK_EKIND : IPSOCK_ENOTSUP, 0, "receive error",
                     known && s->kind != IPSOCK_TCP ? ERRORS_NOT_ASKED_FOR : "error_stream");
}

int ipsock_recv_icmp_error(struct ipsock_endpoint *s, struct ipsock_icmp_error *event,
                           struct ipsock_icmp_object *objects, size_t capacity, void *payload,
                           size_t size, size_t *length, uint32_t flags)
{
    const struct destination to = {event, objects, capacity, payload, size, length};
    struct ipsk_error_entry entry;
    struct ipsk_wait wait = {0};
    struct ipsock_error error;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    code = check(s, &to, flags, &error);
    if (code == IPSOCK_OK) {
        while ((code = take(s, &entry, &error)) == IPSOCK_EAGAIN && ipsk_may_wait(s, flags)) {
            code = ipsk_wait_for(s, IPSK_ERRORS, &wait, &error);
            if (code < 0)
                break;
        }
    }
    if (code == IPSOCK_OK) {
        look_for_legacy(s, &entry);
        hand_over(&to, &entry);
    }
    return ipsk_end(s, IPSOCK_READ, code, &error);
}
