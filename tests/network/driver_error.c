// SPDX-License-Identifier: BSD-2-Clause
/* The driver's command about errors that come later: error NAME. */
#include <stdio.h>
#include <string.h>

#include "driver.h"

enum { OBJECTS = 4, PAYLOAD = 1280, SHOWN = 16 };

static void print_objects(const struct ipsock_icmp_error *e)
{
    printf(" extension=%u objects=%zu", e->extension, e->objects_found);
    for (size_t i = 0; i < e->object_count; i++) {
        const struct ipsock_icmp_object *o = &e->objects[i];
        printf(" object=%u/%u/", o->object_class, o->object_type);
        for (size_t n = 0; n < o->length; n++)
            printf("%02x", o->payload[n]);
    }
}

static void print_error(const struct ipsock_icmp_error *e, const char *payload, size_t length)
{
    char offender[IPSOCK_ADDR_TEXT] = "-", destination[IPSOCK_ADDR_TEXT] = "-";
    if (e->offender.family != IPSOCK_UNSPEC)
        ipsock_addr_format(&e->offender, offender, sizeof offender);
    if (e->destination.family != IPSOCK_UNSPEC)
        ipsock_addr_format(&e->destination, destination, sizeof destination);
    printf("ok offender=%s destination=%s family=%d type=%u code=%u error=%s mtu=%u index=%u "
           "flags=0x%x length=%zu",
           offender, destination, e->family, e->type, e->code, ipsock_error_name(e->error), e->mtu,
           e->interface_index, e->flags, length);
    print_objects(e);
    printf(" data=");
    for (size_t i = 0; i < length && i < SHOWN; i++)
        putchar(payload[i] > ' ' && payload[i] <= '~' ? payload[i] : '.');
    printf("\n");
}

bool obey_error(const char *word)
{
    struct ipsock_icmp_error event;
    struct ipsock_icmp_object objects[OBJECTS];
    static char payload[PAYLOAD];
    size_t length;
    if (strcmp(word, "error") != 0)
        return false;
    struct ipsock_endpoint *s = endpoint();
    ipsock_set_read_deadline(s, ipsock_now() + number("timeout", 0, 10) * IPSOCK_SECOND);
    const int code = ipsock_recv_icmp_error(
        s, &event, objects, (size_t)number("objects", 0, OBJECTS), payload,
        (size_t)number("room", 0, PAYLOAD), &length, number("now", 0, 0) ? IPSOCK_MSG_DONTWAIT : 0);
    if (code < 0)
        done_or_failed(s, IPSOCK_READ, code);
    else
        print_error(&event, payload, length);
    return true;
}
