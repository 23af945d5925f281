// SPDX-License-Identifier: BSD-2-Clause
#include "raw.h"

struct ipsock_endpoint *open_ipv4(uint32_t flags, uint32_t receive, uint32_t send)
{
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = flags;
    config.receive_control = receive;
    config.send_control = send;
    return must_open(&config);
}

struct ipsock_ipv4_header header_to(const char *destination)
{
    struct ipsock_ipv4_header header;
    memset(&header, 0, sizeof header);
    header.hop_limit = 64;
    header.protocol = PROTOCOL_TEST;
    header.destination = addr_of(destination);
    return header;
}

int send_packet(struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                const void *data, size_t length)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init_send(&message, &buffer, data, length, NULL);
    message.length = 77;
    const int code = ipsock_send_ipv4(s, header, &message, 0);
    EQUAL(code == IPSOCK_OK ? length : 0, message.length);
    return code;
}

int take_packet(struct ipsock_endpoint *s, struct packet *p, size_t room, uint32_t flags)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    memset(p, 0x5a, sizeof *p);
    ipsock_message_init(&message, &buffer, p->data, room);
    message.control = &p->control;
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    const int code = ipsock_recv_ipv4(s, &p->header, &message, flags);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, 0));
    if (code < 0)
        return code;
    p->peer = message.peer;
    p->flags = message.flags;
    p->length = message.length;
    EQUAL(0, message.header_length);
    return code;
}

void receive_packet(struct ipsock_endpoint *s, struct packet *p)
{
    CHECK(IPSOCK_OK, take_packet(s, p, sizeof p->data, 0));
}

void check_header_sum(const struct ipsock_ipv4_header *header)
{
    uint8_t bytes[IPSOCK_IPV4_HEADER_MAX];
    size_t length;
    CHECK(IPSOCK_OK,
          ipsock_ipv4_header_marshal(header, bytes, sizeof bytes, &length, IPSOCK_ORDER_WIRE));
    EQUAL(0, ipsock_checksum(bytes, length));
}
