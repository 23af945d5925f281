// SPDX-License-Identifier: BSD-2-Clause
/* Connections that a listener is asked for. */
#include "core/endpoint/wait.h"
#include "core/life/config.h"
#include "core/traffic/single.h"

/* Acceptors of a borrowed listener, which may block, look and accept one at a time; one of another
 * process may still come between. */
static int try_accept(struct ipsock_endpoint *s, ipsock_handle_t *handle, struct ipsock_addr *peer,
                      struct ipsock_error *error)
{
    if (s->flags & IPSK_OPENED_HERE)
        return ipsk_sys_accept(s->handle, false, handle, peer, error);
    ipsk_mutex_lock(&s->send);
    const int code = ipsk_sys_accept(s->handle, true, handle, peer, error);
    ipsk_mutex_unlock(&s->send);
    return code;
}

/* What the listener was told before, some systems hand down and some do not. */
static int hand_down(struct ipsock_endpoint *s, struct ipsock_endpoint *connection,
                     struct ipsock_error *error)
{
    ipsk_mutex_lock(&s->setup);
    connection->traffic_class = s->traffic_class;
    connection->hop_limit = s->hop_limit;
    connection->minimum_hop_limit = s->minimum_hop_limit;
    ipsk_mutex_unlock(&s->setup);
    return ipsk_apply_packet_options(connection, error);
}

static int accept_one(struct ipsock_endpoint *s, struct ipsock_endpoint **out,
                      struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    struct ipsock_addr peer;
    ipsock_handle_t handle = IPSOCK_INVALID_HANDLE;
    int code;
    while ((code = try_accept(s, &handle, &peer, error)) == IPSOCK_EAGAIN && ipsk_may_wait(s, 0)) {
        code = ipsk_wait_for(s, IPSOCK_READ, &wait, error);
        if (code < 0)
            return code;
    }
    if (code < 0)
        return code;
    struct ipsock_endpoint *connection = ipsk_endpoint_new(handle, error);
    if (connection == NULL) {
        ipsk_sys_close(handle);
        return IPSOCK_ENOMEM;
    }
    ipsk_set_kind(connection, IPSOCK_TCP, s->family);
    connection->dual_stack = s->dual_stack;
    connection->flags = IPSOCK_ADOPT_OWN | IPSK_OPENED_HERE | (s->flags & IPSOCK_OPEN_NONBLOCK);
    ipsk_fix_peer(connection, &peer);
    connection->fresh = true;
    code = hand_down(s, connection, error);
    connection->fresh = false;
    ipsk_choose_way(connection);
    if (code < 0)
        ipsock_free(connection);
    else
        *out = connection;
    return code;
}

int ipsock_accept(struct ipsock_endpoint *s, struct ipsock_endpoint **connection,
                  struct ipsock_addr *peer)
{
    struct ipsock_error error;
    if (connection != NULL)
        *connection = NULL;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (connection == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "accept", "connection");
    else if (!s->listening)
        code = ipsk_fail(&error, IPSOCK_EKIND, 0, "accept", NULL);
    else
        code = accept_one(s, connection, &error);
    if (code == IPSOCK_OK && peer != NULL)
        *peer = (*connection)->peer;
    return ipsk_finish(s, IPSOCK_READ, code, &error);
}
