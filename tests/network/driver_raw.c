// SPDX-License-Identifier: BSD-2-Clause
/* Raw endpoints of the network driver:
 *
 *     open r kind=raw protocol=253 local=192.0.2.1 flags=header
 *     send4 r to=192.0.2.2 class=0xc0 hops=1 id=7 ipflags=2 offset=0 options=07040400 data=x
 *     recv4 r
 *     setsum r offset=12        (offset=-1: off)
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>

static uint8_t data[65536];

static void read_header(struct ipsock_ipv4_header *header)
{
    memset(header, 0, sizeof *header);
    header->traffic_class = (uint8_t)number("class", 0, 0);
    header->hop_limit = (uint8_t)number("hops", 0, 64);
    header->id = (uint16_t)number("id", 0, 0);
    header->flags = (uint8_t)number("ipflags", 0, 0);
    header->fragment_offset = (uint16_t)number("offset", 0, 0);
    header->protocol = (uint8_t)number("protocol", 0, 253);
    header->source = addr("source", 0);
    header->destination = addr("to", 0);
    if (value("options") != NULL)
        header->options_length =
            (uint8_t)fill_bytes((char *)header->options, sizeof header->options, value("options"));
}

static void do_send4(void)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_ipv4_header header;
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control = {0};
    const char *text = value("data") != NULL ? value("data") : "";
    const size_t length = (size_t)number("size", 0, (long)strlen(text));
    read_header(&header);
    memset(data, 'x', sizeof data);
    memcpy(data, text, strlen(text));
    ipsock_message_init(&message, &buffer, data, length < sizeof data ? length : sizeof data);
    message.peer = addr("peer", 0);
    if (value("interface") != NULL) {
        control.interface_index = interface_index("interface", 0);
        control.valid = IPSOCK_CONTROL_INTERFACE;
        message.control = &control;
    }
    const int code = ipsock_send_ipv4(s, &header, &message, 0);
    if (code < 0)
        done_or_failed(s, IPSOCK_WRITE, code);
    else
        printf("ok length=%zu\n", message.length);
}

static void do_recv4(void)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_ipv4_header header;
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    char text[IPSOCK_HEADER_TEXT];
    ipsock_message_init(&message, &buffer, data, sizeof data);
    ipsock_set_read_deadline(s, ipsock_now() + 10 * IPSOCK_SECOND);
    const int code = ipsock_recv_ipv4(s, &header, &message, 0);
    if (code < 0)
        done_or_failed(s, IPSOCK_READ, code);
    else if (ipsock_ipv4_header_format(&header, text, sizeof text) < 0)
        die("header");
    else
        printf("ok length=%zu flags=0x%x %s\n", message.length, message.flags, text);
}

static void do_setsum(void)
{
    struct ipsock_endpoint *s = endpoint();
    const int offset = (int)number("offset", 0, -1);
    done_or_failed(s, IPSOCK_SETUP, ipsock_set_checksum(s, offset >= 0, offset));
}

bool obey_raw(const char *word)
{
    if (strcmp(word, "send4") == 0)
        do_send4();
    else if (strcmp(word, "recv4") == 0)
        do_recv4();
    else if (strcmp(word, "setsum") == 0)
        do_setsum();
    else
        return false;
    return true;
}
