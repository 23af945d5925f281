// SPDX-License-Identifier: BSD-2-Clause
#include "core/traffic/segment.h"

#include <stddef.h>

#include "core/endpoint/wait.h"
#include "core/endpoint/zone.h"
#include "core/option/option.h"
#include "core/traffic/try.h"

#define HEADERS_V4 28
#define HEADERS_V6 48

/* Pieces that one system call sends, and the room for it: that of a batch of as many. */
#define PIECES      16
#define BATCH_BYTES (12 * 1024)

/* Buffers of these pieces; a message of more takes more stack. */
#define FEW_BUFFERS 64

/* A message on its way. Its length is what has gone out. */
struct train {
    struct ipsock_endpoint *s;
    struct ipsock_message *m;
    uint32_t flags;
    size_t total;
    size_t segment;
    size_t most;      /* segments of one piece: above 1 the system segments */
    bool few;         /* most was taken back for this message, and is to be remembered */
    bool refused;     /* the offload was refused for this message, and is to be remembered */
    bool counted;     /* as one that the library segments */
    uint32_t sent;    /* pieces that went out */
    bool stuck;       /* an earlier datagram's error came, and nothing went out since */
    bool has_pending; /* of a datagram of this message's own, kept for the next call */
    struct ipsock_error pending;
    struct ipsk_retry retry;
    struct ipsock_control single; /* without the segment size */
};

/* Segments that one call of the system takes; 1: it segments nothing here. */
static size_t most_segments(const struct ipsock_endpoint *s, int column, size_t segment)
{
    const uint32_t quirks = atomic_load_explicit(&s->quirks, memory_order_relaxed);
    if ((s->emulated[column] & IPSOCK_CONTROL_SEGMENT_SIZE) || (quirks & IPSK_QUIRK_NO_SEGMENTS))
        return 1;
    const size_t fit = ipsk_longest_datagram(column) / segment;
    const size_t most =
        (size_t)ipsk_native
            .facts[quirks & IPSK_QUIRK_FEW_SEGMENTS ? IPSK_FACT_SEGMENTS_SURE : IPSK_FACT_SEGMENTS];
    return fit < 1 ? 1 : fit < most ? fit : most;
}

static void start(struct train *t, struct ipsock_endpoint *s, struct ipsock_message *m,
                  uint32_t flags)
{
    memset(t, 0, offsetof(struct train, single));
    t->s = s;
    t->m = m;
    t->flags = flags;
    t->total = ipsk_buffers_length(m);
    t->segment = m->control->segment_size;
    /* one segment is a datagram like any, and some systems refuse to be told (quinn-rs/quinn#2490)
     */
    t->most = t->total <= t->segment ? 1 : most_segments(s, ipsk_message_column(s, m), t->segment);
    t->single = *m->control;
    t->single.valid &= ~(uint32_t)IPSOCK_CONTROL_SEGMENT_SIZE;
}

/* An empty message is one datagram. */
static bool is_out(const struct train *t)
{
    return t->sent != 0 && t->m->length == t->total;
}

static void note_sent(struct train *t, uint32_t pieces, size_t bytes)
{
    if (pieces == 0)
        return;
    t->sent += pieces;
    t->stuck = false;
    t->m->length += bytes;
    t->m->flags = 0;
    if (t->most > 1) {
        if (t->few)
            atomic_fetch_or_explicit(&t->s->quirks, IPSK_QUIRK_FEW_SEGMENTS, memory_order_relaxed);
    } else if (t->total > t->segment) {
        if (t->refused)
            ipsk_give_up_offload(t->s);
        if (!t->counted)
            atomic_fetch_add_explicit(&t->s->segmented, 1, memory_order_relaxed);
        t->counted = true;
    }
}

/* ---- pieces ---- */

/* A place in the message's data, before which all has been cut. */
struct place {
    const struct ipsock_buffer *buffer, *end;
    size_t offset;
};

/* Ends where there is a byte, or at the end. */
static void skip(struct place *at, size_t length)
{
    for (; at->buffer != at->end && length >= at->buffer->length - at->offset; at->offset = 0)
        length -= at->buffer++->length - at->offset;
    at->offset += length;
}

/* The next bytes as buffers of their own. Returns their number, or 0 where there is no room. */
static uint32_t cut(struct place *at, size_t length, struct ipsock_buffer *to, uint32_t room)
{
    uint32_t used = 0;
    while (length != 0) {
        const size_t left = at->buffer->length - at->offset;
        const size_t part = left < length ? left : length;
        if (used == room)
            return 0;
        to[used].data = (char *)at->buffer->data + at->offset;
        to[used++].length = part;
        length -= part;
        skip(at, part);
    }
    return used;
}

/* From what has gone out on, as many as there is room for. */
static uint32_t make_pieces(const struct train *t, struct ipsock_message *pieces,
                            struct ipsock_buffer *buffers, uint32_t room)
{
    const size_t unit = t->most * t->segment;
    const struct ipsock_buffer *first = t->m->buffers;
    struct place at = {first, first == NULL ? NULL : first + t->m->buffer_count, 0};
    size_t begin = t->m->length;
    uint32_t n = 0;
    skip(&at, begin);
    do {
        const size_t length = t->total - begin < unit ? t->total - begin : unit;
        const uint32_t used = cut(&at, length, buffers, room);
        if (used == 0 && length != 0)
            break;
        pieces[n] = *t->m;
        pieces[n].buffers = buffers;
        pieces[n].buffer_count = used;
        pieces[n].length = 0;
        if (t->most == 1)
            pieces[n].control = (struct ipsock_control *)(uintptr_t)&t->single;
        buffers += used;
        room -= used;
        begin += length;
        n++;
    } while (n < PIECES && begin < t->total);
    return n;
}

/* One try, of several pieces. */
static int send_pieces(struct train *t, struct ipsock_buffer *buffers, uint32_t room,
                       struct ipsock_error *error)
{
    _Alignas(max_align_t) uint8_t memory[BATCH_BYTES];
    struct ipsock_batch *batch = (struct ipsock_batch *)(void *)memory;
    struct ipsock_message pieces[PIECES];
    uint32_t count = make_pieces(t, pieces, buffers, room);
    uint32_t done = 0;
    size_t bytes = 0;
    while (ipsk_sys_batch_size(count) > sizeof memory)
        count /= 2;
    ipsk_sys_batch_init(batch, count);
    const int code = ipsk_try_many(t->s, batch, pieces, sizeof *pieces, count, &done, t->flags,
                                   &t->retry, error);
    for (uint32_t i = 0; i < done; i++)
        bytes += pieces[i].length;
    note_sent(t, done, bytes);
    return code;
}

IPSK_OUT_OF_LINE static int send_many_buffers(struct train *t, struct ipsock_error *error)
{
    struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
    return send_pieces(t, buffers, IPSOCK_BUFFERS_MAX, error);
}

IPSK_OUT_OF_LINE static int send_few_buffers(struct train *t, struct ipsock_error *error)
{
    struct ipsock_buffer buffers[FEW_BUFFERS];
    return send_pieces(t, buffers, FEW_BUFFERS, error);
}

/* One try, of the whole message if it goes in one call. */
static int send_some(struct train *t, struct ipsock_error *error)
{
    struct ipsock_message whole = *t->m;
    if (t->m->length != 0 || t->total > t->most * t->segment)
        return t->m->buffer_count > FEW_BUFFERS ? send_many_buffers(t, error)
                                                : send_few_buffers(t, error);
    if (t->most == 1)
        whole.control = &t->single;
    const int code = ipsk_try(t->s, IPSOCK_WRITE, &whole, t->flags, error);
    if (code == IPSOCK_OK)
        note_sent(t, 1, whole.length);
    return code;
}

/* ---- refusals ---- */

/* Old kernels answer to a segment above the path's MTU as to anything that is wrong (EINVAL before
 * 6.14; udp_send_skb in net/ipv4/udp.c). What the path takes is asked of a socket of its own. */
static bool is_above_path(const struct train *t)
{
    const struct ipsock_addr *peer = t->m->peer.family == IPSOCK_UNSPEC ? &t->s->peer : &t->m->peer;
    struct ipsock_addr to = ipsock_addr_unmap(peer);
    const bool ipv4 = to.family == IPSOCK_IPV4;
    const struct ipsk_option_row *row =
        ipsk_find_option(&ipsk_native, IPSK_OPTION_PATH_MTU, IPSK_UDP, ipv4 ? IPSK_V4 : IPSK_V6);
    struct ipsock_error ignored;
    ipsock_handle_t probe;
    int64_t mtu = 0;
    if (row == NULL || ipsk_sys_socket(to.family, IPSOCK_UDP, 0, &probe, &ignored) < 0)
        return false;
    if (to.scope == 0)
        to.scope = ipsk_find_zone(t->s, t->m);
    int code = ipsk_sys_connect(probe, &to, &ignored);
    if (code == IPSOCK_OK)
        code = ipsk_get_row(probe, row, &mtu, &ignored);
    ipsk_sys_close(probe);
    return code == IPSOCK_OK && mtu > 0 &&
           t->segment + (ipv4 ? HEADERS_V4 : HEADERS_V6) > (uint64_t)mtu;
}

static bool is_own_word(const struct ipsock_error *error)
{
    const int32_t word = ipsk_native.facts[IPSK_FACT_SEGMENTS_REFUSED];
    return word != 0 && error->native == word;
}

/* Whether a failure may be the refusal to segment. */
static bool is_refusal(int code, const struct ipsock_error *error)
{
    return code == IPSOCK_EINVAL || code == IPSOCK_ENOTSUP || is_own_word(error);
}

/* The system refused to segment, or something that has nothing to do with it: the datagrams are the
 * proof. What it may say of other things too is remembered once one has gone out. */
static int after_refusal(struct train *t, int code, struct ipsock_error *error)
{
    const size_t left = (t->total - t->m->length - 1) / t->segment + 1;
    const size_t sure = (size_t)ipsk_native.facts[IPSK_FACT_SEGMENTS_SURE];
    const bool own = is_own_word(error);
    if (!is_refusal(code, error))
        return code;
    if (!own && t->most > sure && left > sure) {
        t->most = sure;
        t->few = true;
        return IPSOCK_OK;
    }
    if (!own && is_above_path(t))
        return ipsk_fail(error, IPSOCK_EMSGSIZE, error->native, error->operation, "segment_size");
    if (own)
        ipsk_give_up_offload(t->s);
    t->most = 1;
    t->refused = true;
    return IPSOCK_OK;
}

/* What a datagram of this message met makes the next one fail, and that one has not been sent
 * (udp(7)); all at once they would all have gone. */
static bool is_own_error(const struct train *t, int code)
{
    return code == IPSOCK_ECONNREFUSED && t->sent != 0 && !t->stuck && t->s->stream == NULL;
}

/* A refusal is no judgement of what would be tried now: another thread may have learned meanwhile.
 */
static int judge(const struct train *t, int code, const struct ipsock_error *error)
{
    const bool other = t->most == 1 || t->total > t->most * t->segment;
    return code < 0 && is_refusal(code, error) && other ? IPSOCK_OK : code;
}

/* After a try that failed: IPSOCK_OK to try again. */
static int after_failure(struct train *t, int code, struct ipsock_error *error)
{
    if (code == IPSOCK_EMSGSIZE) {
        error->option = "segment_size";
    } else if (is_own_error(t, code)) {
        t->stuck = t->has_pending = true;
        t->pending = *error;
        code = IPSOCK_OK;
    } else if (t->most > 1) {
        code = after_refusal(t, code, error);
    }
    return code;
}

/* ---- single messages ---- */

/* From what became of the last try until all has gone out. may_begin: may wait before anything has.
 * 0 with a part out: the buffers are full. */
static int send_train(struct train *t, int code, bool may_begin, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    for (;;) {
        if (code < 0 && code != IPSOCK_EAGAIN)
            code = after_failure(t, code, error);
        else if (code == IPSOCK_EAGAIN && ipsk_may_wait(t->s, t->flags) &&
                 (t->sent != 0 || may_begin))
            code = ipsk_wait_for(t->s, IPSOCK_WRITE, &wait, error);
        if (code < 0 || is_out(t))
            break;
        code = send_some(t, error);
    }
    if (t->has_pending)
        ipsk_keep_pending(t->s, &t->pending);
    return code == IPSOCK_EAGAIN && t->sent != 0 ? IPSOCK_OK : code;
}

IPSK_OUT_OF_LINE static int send_slowly(struct ipsock_endpoint *s, struct ipsock_message *message,
                                        uint32_t flags, int code, struct ipsock_error *error)
{
    struct train t;
    start(&t, s, message, flags);
    return send_train(&t, judge(&t, code, error), true, error);
}

/* Whether a message goes as it is, beside others in one call. */
static bool goes_as_it_is(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                          size_t length)
{
    const size_t segment = m->control->segment_size;
    const int column = ipsk_message_column(s, m);
    const size_t most = most_segments(s, column, segment);
    return (most > 1 || (s->emulated[column] & IPSOCK_CONTROL_SEGMENT_SIZE)) &&
           length <= most * segment;
}

int ipsk_send_segments(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error)
{
    const size_t length = ipsk_buffers_length(message);
    int code = IPSOCK_OK;
    if (length > message->control->segment_size && goes_as_it_is(s, message, length)) {
        code = ipsk_try(s, IPSOCK_WRITE, message, flags, error);
        if (code == IPSOCK_OK)
            return code;
    }
    return send_slowly(s, message, flags, code, error);
}

int ipsk_send_segments_on(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                          int code, struct ipsock_error *error)
{
    code = ipsk_try_on(s, IPSOCK_WRITE, message, flags, code, error);
    return code < 0 ? send_slowly(s, message, flags, code, error) : code;
}

/* ---- batches ---- */

/* One message that does not go as it is, or that the system refused with a code. */
static int send_apart(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags, int code,
                      bool may_begin, bool *whole, struct ipsock_error *error)
{
    struct ipsk_spelled room;
    struct ipsock_message *const spelled = ipsk_spell_out(m, &room);
    struct train t;
    start(&t, s, spelled, flags);
    code = t.most > 1 ? judge(&t, code, error) : IPSOCK_OK;
    code = send_train(&t, code, may_begin, error);
    *whole = is_out(&t);
    ipsk_hand_back(m, spelled);
    return code;
}

/* The next messages by one call, or one apart. 0 with !*more: the buffers are full. */
static int send_next(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                     struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *sent,
                     uint32_t flags, bool may_begin, bool *more, struct ipsk_retry *retry,
                     struct ipsock_error *error)
{
    uint32_t run = 0;
    int code = IPSOCK_OK;
    *sent = 0;
    *more = true;
    for (; run < count; run++) {
        struct ipsk_spelled room;
        const struct ipsock_message *m =
            ipsk_spell_out(ipsk_message_at(messages, size, run), &room);
        if (ipsk_has_segments(m) && !goes_as_it_is(s, m, ipsk_buffers_length(m)))
            break;
    }
    if (run != 0)
        code = ipsk_try_many(s, batch, messages, size, run, sent, flags, retry, error);
    struct ipsock_message *next = ipsk_message_at(messages, size, *sent);
    if (run != 0 && (code == IPSOCK_OK || !ipsk_has_segments(next) ||
                     (code != IPSOCK_EMSGSIZE && !is_refusal(code, error))))
        return code;
    code = send_apart(s, next, flags, code, may_begin && *sent == 0, more, error);
    *sent += *more;
    return code;
}

int ipsk_send_segments_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    struct ipsk_retry retry = {0};
    int code = IPSOCK_OK;
    bool more = true;
    while (code == IPSOCK_OK && more && *done < count) {
        uint32_t sent;
        code = send_next(s, batch, ipsk_message_at(messages, size, *done), size, count - *done,
                         &sent, flags, *done == 0, &more, &retry, error);
        *done += sent;
        if (code == IPSOCK_EAGAIN && *done > 0)
            return IPSOCK_OK;
        if (code == IPSOCK_EAGAIN && ipsk_may_wait(s, flags)) {
            code = ipsk_wait_for(s, IPSOCK_WRITE, &wait, error);
            more = true;
        }
    }
    return code;
}
