// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 7, 9: errors of earlier sends, overlapped calls, events, waits. */
#include "exchange.h"

/* A port of loopback where nobody listens any more. */
static struct exchange_name closed_port(int family)
{
    const SOCKET s = exchange_socket(family);
    const struct exchange_name name = exchange_peer(s, family);

    closesocket(s);
    return name;
}

static int receive_error(SOCKET s)
{
    char byte;

    return recv(s, &byte, 1, 0) == SOCKET_ERROR ? WSAGetLastError() : 0;
}

static void reset_is_told(int family)
{
    const SOCKET s = exchange_socket(family);
    const struct exchange_name nobody = closed_port(family);
    const struct exchange_name own = exchange_peer(s, family);

    assert_int_equal(exchange_send(s, &nobody, 3, NULL), 0);
    assert_int_equal(receive_error(s), WSAECONNRESET);
    /* once, and the socket lives on */
    assert_int_equal(exchange_send(s, &own, 1, NULL), 0);
    assert_int_equal(receive_error(s), 0);
    closesocket(s);
}

static void win_9_port_unreachable4(void **state)
{
    (void)state;
    reset_is_told(AF_INET);
}

static void win_9_port_unreachable6(void **state)
{
    (void)state;
    reset_is_told(AF_INET6);
}

static void win_9_port_unreachable_by_recvmsg(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name nobody = closed_port(AF_INET);

    (void)state;
    assert_int_equal(exchange_send(s, &nobody, 3, NULL), 0);
    assert_int_equal(exchange_receive_in(s, 0, 16, 0).error, WSAECONNRESET);
    closesocket(s);
}

static void win_9_port_unreachable_connected(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name nobody = closed_port(AF_INET);

    (void)state;
    assert_int_equal(connect(s, &nobody.any, nobody.length), 0);
    assert_int_equal(send(s, "x", 1, 0), 1);
    assert_int_equal(receive_error(s), WSAECONNRESET);
    closesocket(s);
}

static void win_9_connreset_off(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name nobody = closed_port(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    BOOL off = FALSE;
    DWORD n = 0;

    (void)state;
    assert_int_equal(WSAIoctl(s, SIO_UDP_CONNRESET, &off, sizeof off, NULL, 0, &n, NULL, NULL), 0);
    assert_int_equal(WSAIoctl(s, SIO_UDP_NETRESET, &off, sizeof off, NULL, 0, &n, NULL, NULL), 0);
    assert_int_equal(exchange_send(s, &nobody, 3, NULL), 0);
    assert_int_equal(exchange_send(s, &own, 1, NULL), 0);
    assert_int_equal(receive_error(s), 0);
    closesocket(s);
}

static void win_9_connreset_off_connected(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name nobody = closed_port(AF_INET);
    DWORD patience = 100;
    BOOL off = FALSE;
    DWORD n = 0;

    (void)state;
    assert_int_equal(WSAIoctl(s, SIO_UDP_CONNRESET, &off, sizeof off, NULL, 0, &n, NULL, NULL), 0);
    assert_int_equal(connect(s, &nobody.any, nobody.length), 0);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    assert_int_equal(send(s, "x", 1, 0), 1);
    assert_int_equal(send(s, "x", 1, 0), 1);
    assert_int_equal(receive_error(s), WSAETIMEDOUT);
    closesocket(s);
}

static uint16_t sum_of(const unsigned char *bytes, size_t length)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Time exceeded, as a router would say it of a datagram from and to these ports of loopback. */
static void send_time_exceeded(unsigned from, unsigned to)
{
    unsigned char packet[36] = {11, 0, 0, 0,  0, 0, 0,   0, 0x45, 0, 0,   29, 0, 1,
                                0,  0, 1, 17, 0, 0, 127, 0, 0,    1, 127, 0,  0, 1};
    const unsigned char ports[8] = {(unsigned char)(from >> 8),
                                    (unsigned char)from,
                                    (unsigned char)(to >> 8),
                                    (unsigned char)to,
                                    0,
                                    9};
    const SOCKET s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    uint16_t sum;

    memcpy(packet + 28, ports, sizeof ports);
    sum = sum_of(packet, sizeof packet);
    packet[2] = (unsigned char)(sum >> 8);
    packet[3] = (unsigned char)sum;
    const struct exchange_name peer = exchange_address(AF_INET, "127.0.0.1", 0);
    assert_int_equal(sendto(s, (const char *)packet, sizeof packet, 0, &peer.any, peer.length),
                     sizeof packet);
}

static void win_9_time_exceeded(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const SOCKET silent = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(silent, AF_INET);
    BOOL off = FALSE;
    DWORD n = 0;

    (void)state;
    send_time_exceeded(probe_port(s), 9);
    assert_int_equal(receive_error(s), WSAENETRESET);
    assert_int_equal(WSAIoctl(silent, SIO_UDP_NETRESET, &off, sizeof off, NULL, 0, &n, NULL, NULL),
                     0);
    send_time_exceeded(probe_port(silent), 9);
    assert_int_equal(exchange_send(silent, &own, 1, NULL), 0);
    assert_int_equal(receive_error(silent), 0);
}

static bool readable(SOCKET s, long milliseconds)
{
    fd_set set;
    struct timeval time = {0, milliseconds * 1000};

    FD_ZERO(&set);
    FD_SET(s, &set);
    return select(0, &set, NULL, NULL, &time) == 1;
}

static void win_9_select(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    fd_set set;
    struct timeval now = {0, 0};

    (void)state;
    assert_false(readable(s, 20));
    assert_int_equal(exchange_send(s, &own, 1, NULL), 0);
    assert_true(readable(s, 900));
    assert_int_equal(exchange_receive_in(s, MSG_PEEK, 16, 0).error, 0);
    assert_true(readable(s, 0));
    assert_int_equal(exchange_receive(s).bytes, 1);
    assert_false(readable(s, 0));
    FD_ZERO(&set);
    FD_SET(s, &set);
    assert_int_equal(select(0, NULL, &set, NULL, &now), 1);
    closesocket(s);
}

static void win_9_select_sees_a_reset(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name nobody = closed_port(AF_INET);

    (void)state;
    assert_int_equal(exchange_send(s, &nobody, 1, NULL), 0);
    assert_true(readable(s, 900));
    assert_int_equal(receive_error(s), WSAECONNRESET);
    assert_false(readable(s, 0));
    closesocket(s);
}

static void win_9_poll(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    WSAPOLLFD fd = {s, POLLRDNORM, 0};

    (void)state;
    assert_int_equal(WSAPoll(&fd, 1, 20), 0);
    assert_int_equal(exchange_send(s, &own, 1, NULL), 0);
    assert_int_equal(WSAPoll(&fd, 1, PATIENCE), 1);
    assert_int_equal(fd.revents, POLLRDNORM);
    fd.events = POLLRDNORM | POLLWRNORM;
    assert_int_equal(WSAPoll(&fd, 1, PATIENCE), 1);
    assert_int_equal(fd.revents, POLLRDNORM | POLLWRNORM);
    closesocket(s);
}

static void win_9_poll_takes_three_events(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    WSAPOLLFD fd = {s, POLLPRI, 0};

    (void)state;
    assert_int_equal(WSAPoll(&fd, 1, 0), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    fd.events = POLLERR;
    assert_int_equal(WSAPoll(&fd, 1, 0), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    closesocket(s);
}

static long events_of(SOCKET s, WSAEVENT event)
{
    WSANETWORKEVENTS events;

    assert_int_equal(WSAEnumNetworkEvents(s, event, &events), 0);
    return events.lNetworkEvents;
}

static void win_9_events(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    const WSAEVENT event = WSACreateEvent();
    u_long off = 0;

    (void)state;
    assert_int_equal(WSAEventSelect(s, event, FD_READ), 0);
    assert_int_equal(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
    assert_int_equal(exchange_send(s, &own, 1, NULL), 0);
    assert_int_equal(exchange_send(s, &own, 2, NULL), 0);
    assert_int_equal(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    assert_int_equal(events_of(s, event), FD_READ);
    /* recorded once, until a receive leaves something behind */
    assert_int_equal(WaitForSingleObject(event, 50), WAIT_TIMEOUT);
    assert_int_equal(exchange_receive(s).bytes, 1);
    assert_int_equal(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    assert_int_equal(events_of(s, event), FD_READ);
    assert_int_equal(exchange_receive(s).bytes, 2);
    assert_int_equal(WaitForSingleObject(event, 50), WAIT_TIMEOUT);
    /* the socket does not block any more, and cannot be made to */
    assert_int_equal(receive_error(s), WSAEWOULDBLOCK);
    assert_int_equal(ioctlsocket(s, (long)FIONBIO, &off), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    assert_int_equal(WSAEventSelect(s, NULL, 0), 0);
    assert_int_equal(ioctlsocket(s, (long)FIONBIO, &off), 0);
    WSACloseEvent(event);
    closesocket(s);
}

static void win_9_events_of_writing(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const WSAEVENT event = WSACreateEvent();

    (void)state;
    assert_int_equal(WSAEventSelect(s, event, FD_WRITE), 0);
    assert_int_equal(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    assert_int_equal(events_of(s, event), FD_WRITE);
    assert_int_equal(WaitForSingleObject(event, 20), WAIT_TIMEOUT);
    WSACloseEvent(event);
    closesocket(s);
}

/* A receive that is going on. */
struct pending {
    OVERLAPPED overlapped;
    char data[64];
    _Alignas(8) char control[128];
    struct exchange_name from;
    WSABUF buffer;
    WSAMSG message;
};

static int start(SOCKET s, struct pending *p, ULONG_PTR event_bit)
{
    const HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    memset(p, 0, sizeof *p);
    p->overlapped.hEvent = (HANDLE)((ULONG_PTR)event | event_bit);
    p->buffer.len = sizeof p->data;
    p->buffer.buf = p->data;
    p->message.name = &p->from.any;
    p->message.namelen = sizeof p->from.v6;
    p->message.lpBuffers = &p->buffer;
    p->message.dwBufferCount = 1;
    p->message.Control.buf = p->control;
    p->message.Control.len = sizeof p->control;
    return exchange_receiver(s)(s, &p->message, NULL, &p->overlapped, NULL) == 0
               ? 0
               : WSAGetLastError();
}

static int result_of(SOCKET s, struct pending *p, DWORD *bytes)
{
    DWORD flags = 0;

    return WSAGetOverlappedResult(s, &p->overlapped, bytes, TRUE, &flags) ? 0 : WSAGetLastError();
}

static void end(struct pending *p)
{
    CloseHandle((HANDLE)((ULONG_PTR)p->overlapped.hEvent & ~(ULONG_PTR)1));
}

static void win_7_overlapped_at_once(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    struct pending p;
    DWORD bytes = 0;

    (void)state;
    assert_int_equal(exchange_send(s, &own, 20, NULL), 0);
    assert_int_equal(start(s, &p, 0), 0);
    assert_int_equal(result_of(s, &p, &bytes), 0);
    assert_int_equal(bytes, 20);
    end(&p);
    assert_int_equal(exchange_send(s, &own, 200, NULL), 0);
    assert_int_equal(start(s, &p, 0), WSAEMSGSIZE);
    assert_int_equal(result_of(s, &p, &bytes), WSAEMSGSIZE);
    assert_int_equal(bytes, 64);
    end(&p);
    closesocket(s);
}

static void win_7_overlapped_later(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    struct pending p;
    DWORD bytes = 0;
    DWORD flags = 0;

    (void)state;
    exchange_set(s, IPPROTO_IP, IP_PKTINFO, 1);
    assert_int_equal(start(s, &p, 0), WSA_IO_PENDING);
    assert_int_equal(WSAGetOverlappedResult(s, &p.overlapped, &bytes, FALSE, &flags), FALSE);
    assert_int_equal(WSAGetLastError(), WSA_IO_INCOMPLETE);
    assert_int_equal(exchange_send(s, &own, 20, NULL), 0);
    assert_int_equal(WaitForSingleObject(p.overlapped.hEvent, PATIENCE), WAIT_OBJECT_0);
    assert_int_equal(result_of(s, &p, &bytes), 0);
    assert_int_equal(bytes, 20);
    assert_int_equal(p.message.Control.len, 24);
    assert_int_equal(ntohs(p.from.v4.sin_port), exchange_port(s));
    end(&p);
    closesocket(s);
}

static void win_7_overlapped_cancelled(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    struct pending p;
    DWORD bytes = 0;

    (void)state;
    assert_int_equal(start(s, &p, 0), WSA_IO_PENDING);
    assert_true(CancelIoEx((HANDLE)s, &p.overlapped));
    assert_int_equal(result_of(s, &p, &bytes), WSA_OPERATION_ABORTED);
    assert_false(CancelIoEx((HANDLE)s, &p.overlapped));
    assert_int_equal(GetLastError(), ERROR_NOT_FOUND);
    end(&p);
    /* it took no packet with it */
    assert_int_equal(exchange_send(s, &own, 5, NULL), 0);
    assert_int_equal(exchange_receive(s).bytes, 5);
    closesocket(s);
}

static void win_9_close_aborts(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    struct pending p;

    (void)state;
    assert_int_equal(start(s, &p, 0), WSA_IO_PENDING);
    closesocket(s);
    assert_int_equal(WaitForSingleObject(p.overlapped.hEvent, PATIENCE), WAIT_OBJECT_0);
    assert_int_equal(p.overlapped.Internal, 0xc0000120); /* STATUS_CANCELLED */
    end(&p);
}

static void win_7_completion_port(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    const struct exchange_name own = exchange_peer(s, AF_INET);
    const HANDLE port = CreateIoCompletionPort((HANDLE)s, NULL, 77, 0);
    OVERLAPPED *completed = NULL;
    struct pending p;
    ULONG_PTR key = 0;
    DWORD bytes = 0;

    (void)state;
    assert_non_null(port);
    assert_int_equal(start(s, &p, 0), WSA_IO_PENDING);
    assert_int_equal(exchange_send(s, &own, 20, NULL), 0);
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &completed, PATIENCE));
    assert_ptr_equal(completed, &p.overlapped);
    assert_int_equal(key, 77);
    assert_int_equal(bytes, 20);
    end(&p);
    /* cancelled: the port is told so */
    assert_int_equal(start(s, &p, 0), WSA_IO_PENDING);
    assert_true(CancelIoEx((HANDLE)s, &p.overlapped));
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &completed, PATIENCE));
    assert_int_equal(GetLastError(), ERROR_OPERATION_ABORTED);
    assert_ptr_equal(completed, &p.overlapped);
    end(&p);
    /* the lowest bit of the event keeps a completion from the port */
    assert_int_equal(exchange_send(s, &own, 20, NULL), 0);
    assert_int_equal(start(s, &p, 1), 0);
    assert_int_equal(result_of(s, &p, &bytes), 0);
    assert_int_equal(bytes, 20);
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &completed, 50));
    assert_int_equal(GetLastError(), WAIT_TIMEOUT);
    end(&p);
    CloseHandle(port);
    closesocket(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROBE(win_9_port_unreachable4),
        PROBE(win_9_port_unreachable6),
        PROBE(win_9_port_unreachable_by_recvmsg),
        PROBE(win_9_port_unreachable_connected),
        PROBE(win_9_connreset_off),
        PROBE(win_9_connreset_off_connected),
        PROBE(win_9_time_exceeded),
        PROBE(win_9_select),
        PROBE(win_9_select_sees_a_reset),
        PROBE(win_9_poll),
        PROBE(win_9_poll_takes_three_events),
        PROBE(win_9_events),
        PROBE(win_9_events_of_writing),
        PROBE(win_7_overlapped_at_once),
        PROBE(win_7_overlapped_later),
        PROBE(win_7_overlapped_cancelled),
        PROBE(win_9_close_aborts),
        PROBE(win_7_completion_port),
    };

    return probe_run(tests);
}
