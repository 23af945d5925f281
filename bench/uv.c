// SPDX-License-Identifier: BSD-2-Clause
/* libuv, which has no control data. It receives by callbacks of its loop, up to 32 datagrams a
 * turn, one by one or, with UV_UDP_RECVMMSG, several a system call; it sends at once
 * (uv_udp_try_send), or by requests, of which those that are queued go together. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "side.h"

/* As many datagrams as libuv takes at once, and the room that it reckons with for each. */
enum { UV_MESSAGES = 20, UV_ROOM = 65536 };

struct uv_side {
    uv_loop_t loop;
    uv_udp_t udp;
    uv_udp_send_t requests[MOST_PACKETS];
    struct sockaddr_storage names[MOST_PACKETS];
    size_t lengths[MOST_PACKETS];
    bool cut[MOST_PACKETS];
    unsigned done; /* packets of this round */
    char *room;    /* for several datagrams */
};

bool uv_plays(const struct scenario *scenario)
{
    return scenario->extra == PLAIN || scenario->extra == CONNECTED;
}

static bool is_batch(const struct side *s)
{
    return s->scenario->batch > 1;
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct side *s = handle->data;
    (void)suggested;
    if (is_batch(s))
        *buffer = uv_buf_init(s->uv->room, UV_MESSAGES * UV_ROOM);
    else
        *buffer = uv_buf_init((char *)payload_of(s, s->uv->done), ROOM);
}

static void received(uv_udp_t *handle, ssize_t n, const uv_buf_t *buffer,
                     const struct sockaddr *from, unsigned flags)
{
    struct side *s = handle->data;
    struct uv_side *uv = s->uv;
    if (from == NULL) /* nothing more, or the room of several is free again */
        return;
    require(n >= 0 && uv->done < s->packets, "libuv received a packet of this round");
    memcpy(&uv->names[uv->done], from,
           from->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    uv->lengths[uv->done] = (size_t)n;
    uv->cut[uv->done] = flags & UV_UDP_PARTIAL;
    if (is_batch(s)) /* what a program would look at in its place */
        *payload_of(s, uv->done) = (unsigned char)buffer->base[0];
    uv->done++;
}

static void sent(uv_udp_send_t *request, int status)
{
    struct side *s = request->data;
    require(status == 0, "libuv sent a packet");
    s->uv->done++;
}

static void bind_udp(struct side *s)
{
    const int traffic = s->scenario->traffic;
    struct sockaddr_storage name = {.ss_family = traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6};
    const struct in6_addr ip = loopback_of(traffic);
    if (traffic == IPSOCK_IPV4)
        memcpy(&((struct sockaddr_in *)(void *)&name)->sin_addr, &ip, 4);
    else if (traffic == IPSOCK_IPV6)
        ((struct sockaddr_in6 *)(void *)&name)->sin6_addr = ip;
    require(uv_udp_bind(&s->uv->udp, (void *)&name, traffic == IPSOCK_IPV6 ? UV_UDP_IPV6ONLY : 0) ==
                0,
            "uv_udp_bind");
}

void uv_side_open(struct side *s)
{
    const bool several = is_batch(s) && s->scenario->what == RECEIVE;
    struct uv_side *uv = calloc(1, sizeof *uv);
    require(uv != NULL, "calloc");
    s->uv = uv;
    uv->room = several ? malloc((size_t)UV_MESSAGES * UV_ROOM) : NULL;
    require(uv_loop_init(&uv->loop) == 0, "uv_loop_init");
    require(uv_udp_init_ex(&uv->loop, &uv->udp,
                           (s->scenario->traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6) |
                               (several ? UV_UDP_RECVMMSG : 0)) == 0,
            "uv_udp_init_ex");
    uv->udp.data = s;
    bind_udp(s);
    require(uv_fileno((const uv_handle_t *)&uv->udp, &s->fd) == 0, "uv_fileno");
    if (s->scenario->what == RECEIVE)
        require(uv_udp_recv_start(&uv->udp, give_room, received) == 0, "uv_udp_recv_start");
}

void uv_side_connect(struct side *s, const struct sockaddr *to)
{
    require(uv_udp_connect(&s->uv->udp, to) == 0, "uv_udp_connect");
}

void uv_side_close(struct side *s)
{
    uv_close((uv_handle_t *)&s->uv->udp, NULL);
    uv_run(&s->uv->loop, UV_RUN_DEFAULT);
    require(uv_loop_close(&s->uv->loop) == 0, "uv_loop_close");
    free(s->uv->room);
    free(s->uv);
}

MEASURED int measured_uv_try_send(struct side *s, unsigned i)
{
    struct lean_outgoing *out = &s->packets_out[i];
    const uv_buf_t buffer = uv_buf_init(out->data.iov_base, (unsigned)out->data.iov_len);
    const bool connected = s->scenario->extra == CONNECTED;
    return uv_udp_try_send(&s->uv->udp, &buffer, 1, connected ? NULL : (void *)&out->to);
}

MEASURED void measured_uv_send(struct side *s)
{
    struct uv_side *uv = s->uv;
    for (unsigned i = 0; i < s->packets; i++) {
        struct lean_outgoing *out = &s->packets_out[i];
        const uv_buf_t buffer = uv_buf_init(out->data.iov_base, (unsigned)out->data.iov_len);
        uv->requests[i].data = s;
        if (uv_udp_send(&uv->requests[i], &uv->udp, &buffer, 1, (void *)&out->to, sent) != 0)
            return;
    }
    while (uv->done < s->packets)
        uv_run(&uv->loop, UV_RUN_NOWAIT);
}

MEASURED void measured_uv_receive(struct side *s)
{
    while (s->uv->done < s->packets)
        uv_run(&s->uv->loop, UV_RUN_NOWAIT);
}

void uv_side_play(struct side *s)
{
    s->uv->done = 0;
    if (s->scenario->what == RECEIVE)
        measured_uv_receive(s);
    else if (is_batch(s))
        measured_uv_send(s);
    else
        for (; s->uv->done < s->packets; s->uv->done++)
            require(measured_uv_try_send(s, s->uv->done) == PAYLOAD, "a packet");
    require(s->uv->done == s->packets, "every packet");
}

struct lean_packet uv_side_packet(const struct side *s, unsigned i)
{
    const struct sockaddr_storage *name = &s->uv->names[i];
    struct lean_packet p = {.length = (unsigned)s->uv->lengths[i], .truncated = s->uv->cut[i]};
    if (name->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)name;
        memcpy(p.source, &v4->sin_addr, 4);
        p.port = ntohs(v4->sin_port);
    } else {
        const struct sockaddr_in6 *v6 = (const void *)name;
        memcpy(p.source, &v6->sin6_addr, 16);
        p.port = ntohs(v6->sin6_port);
    }
    return p;
}

const char *uv_side_version(void)
{
    return uv_version_string();
}
