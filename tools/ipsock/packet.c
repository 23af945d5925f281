// SPDX-License-Identifier: BSD-2-Clause
/* Received packets, printed with their control data. */
#include "tool.h"

#include <string.h>

#define PREVIEW 48 /* bytes of payload shown */

uint32_t packet_control(int kind, int family, bool dual_stack)
{
    static const struct {
        uint32_t bit;
        int feature;
    } wanted[] = {
        {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_FEATURE_RECV_TRAFFIC_CLASS},
        {IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_FEATURE_RECV_HOP_LIMIT},
        {IPSOCK_CONTROL_DESTINATION, IPSOCK_FEATURE_RECV_DESTINATION},
        {IPSOCK_CONTROL_INTERFACE, IPSOCK_FEATURE_RECV_INTERFACE},
    };
    uint32_t bits = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct ipsock_capability_answer own = {0, NULL, NULL}, mapped = {IPSOCK_NATIVE, NULL, NULL};
        ipsock_capability(NULL, kind, family, wanted[i].feature, &own);
        if (dual_stack)
            ipsock_capability(NULL, kind, IPSOCK_IPV4_MAPPED, wanted[i].feature, &mapped);
        // Asking for what the system lacks would fail the opening; a packet without it is better.
        if (own.level != IPSOCK_ABSENT && mapped.level != IPSOCK_ABSENT)
            bits |= wanted[i].bit;
    }
    return bits;
}

/* The interface's name; the last one is remembered, as packets mostly come by the same. */
static const char *interface_name(struct packet_printer *printer, uint32_t index)
{
    struct ipsock_interface *list = NULL;
    if (printer->name_index != index) {
        if (ipsock_interface_by_index(index, &list) < 0 || !list)
            snprintf(printer->name, sizeof printer->name, "if%lu", (unsigned long)index);
        else
            snprintf(printer->name, sizeof printer->name, "%s", list->name);
        ipsock_interfaces_free(list);
        printer->name_index = index;
    }
    return printer->name;
}

/* Addresses of IPv4 packets on a dual-stack endpoint are shown as IPv4. */
static void print_plain_addr(const struct ipsock_addr *addr)
{
    const struct ipsock_addr plain = ipsock_addr_unmap(addr);
    print_addr(stdout, &plain);
}

static void print_flags(uint32_t flags)
{
    if (flags & IPSOCK_MSG_TRUNC)
        fputs("  truncated", stdout);
    if (flags & IPSOCK_MSG_CTRUNC)
        fputs("  control-truncated", stdout);
    if (flags & IPSOCK_MSG_NOTICE)
        fputs("  notice", stdout);
}

static void print_text_head(struct packet_printer *printer, const struct ipsock_message *message)
{
    const struct ipsock_control *control = message->control;
    print_time(printer);
    print_plain_addr(&message->peer);
    fputs(" -> ", stdout);
    if (control->valid & IPSOCK_CONTROL_DESTINATION)
        print_plain_addr(&control->destination);
    else
        fputc('?', stdout);
    if (control->valid & IPSOCK_CONTROL_INTERFACE) {
        const char *name = interface_name(printer, control->interface_index);
        fputs("  if=", stdout);
        print_escaped(stdout, name, strlen(name));
    }
    if (control->valid & IPSOCK_CONTROL_HOP_LIMIT)
        printf("  hop=%u", (unsigned)control->hop_limit);
    if (control->valid & IPSOCK_CONTROL_TRAFFIC_CLASS) {
        const uint8_t octet = control->traffic_class;
        const char *name = ipsock_dscp_name(IPSOCK_DSCP_OF(octet));
        printf("  class=0x%02x", (unsigned)octet);
        if (name)
            printf(" (%s, %s)", name, ecn_name(IPSOCK_ECN_OF(octet)));
        else
            printf(" (DSCP %u, %s)", (unsigned)IPSOCK_DSCP_OF(octet),
                   ecn_name(IPSOCK_ECN_OF(octet)));
    }
    print_flags(message->flags);
}

static void print_text(struct packet_printer *printer, const struct ipsock_message *message)
{
    const size_t shown = message->length < PREVIEW ? message->length : PREVIEW;
    print_text_head(printer, message);
    printf("  len=%zu  \"", message->length);
    print_escaped(stdout, message->buffers[0].data, shown);
    printf("\"%s\n", shown < message->length ? "..." : "");
}

static void print_json_class(uint8_t octet)
{
    const uint8_t dscp = IPSOCK_DSCP_OF(octet);
    printf(",\"traffic_class\":%u,\"dscp\":%u,\"dscp_name\":", (unsigned)octet, (unsigned)dscp);
    json_text(stdout, ipsock_dscp_name(dscp));
    fputs(",\"ecn\":", stdout);
    json_text(stdout, ecn_name(IPSOCK_ECN_OF(octet)));
}

static void print_json_head(struct packet_printer *printer, const struct ipsock_message *message)
{
    const struct ipsock_control *control = message->control;
    const struct ipsock_addr peer = ipsock_addr_unmap(&message->peer);
    json_time(printer);
    fputs(",\"peer\":", stdout);
    json_addr(stdout, &peer);
    if (control->valid & IPSOCK_CONTROL_DESTINATION) {
        const struct ipsock_addr destination = ipsock_addr_unmap(&control->destination);
        fputs(",\"destination\":", stdout);
        json_addr(stdout, &destination);
    }
    if (control->valid & IPSOCK_CONTROL_INTERFACE) {
        printf(",\"interface_index\":%lu,\"interface\":", (unsigned long)control->interface_index);
        json_text(stdout, interface_name(printer, control->interface_index));
    }
    if (control->valid & IPSOCK_CONTROL_HOP_LIMIT)
        printf(",\"hop_limit\":%u", (unsigned)control->hop_limit);
    if (control->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        print_json_class(control->traffic_class);
}

static void print_json(struct packet_printer *printer, const struct ipsock_message *message)
{
    putchar('{');
    print_json_head(printer, message);
    printf(",\"truncated\":%s,\"control_truncated\":%s,\"notice\":%s,\"length\":%zu,\"preview\":",
           message->flags & IPSOCK_MSG_TRUNC ? "true" : "false",
           message->flags & IPSOCK_MSG_CTRUNC ? "true" : "false",
           message->flags & IPSOCK_MSG_NOTICE ? "true" : "false", message->length);
    json_bytes(stdout, message->buffers[0].data,
               message->length < PREVIEW ? message->length : PREVIEW);
    puts("}");
}

void print_packet_head(struct packet_printer *printer, const struct ipsock_message *message)
{
    if (printer->json)
        print_json_head(printer, message);
    else
        print_text_head(printer, message);
}

void print_packet(struct packet_printer *printer, const struct ipsock_message *message)
{
    if (printer->json)
        print_json(printer, message);
    else
        print_text(printer, message);
    fflush(stdout); // each packet shows as it comes, into pipes too
}
