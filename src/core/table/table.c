// SPDX-License-Identifier: BSD-2-Clause
#include "core/table/table.h"

#include <ipsock/control.h>

const struct ipsk_option_row *ipsk_find_option(const struct ipsk_system *system, int option,
                                               unsigned kind, int column)
{
    for (size_t i = 0; i < system->option_count; i++) {
        const struct ipsk_option_row *row = &system->options[i];
        if (row->option == option && (row->kinds & kind) && row->column == column)
            return row;
    }
    return NULL;
}

const char *ipsk_find_limit(const struct ipsk_system *system, int limit, int column)
{
    const struct ipsk_limit_row *row = system->limits;
    while (row->text != NULL && (row->limit != limit || row->column != column))
        row++;
    return row->text;
}

uint32_t ipsk_option_fields(int option)
{
    switch (option) {
    case IPSK_OPTION_RECV_PACKET_INFO:
        return IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    case IPSK_OPTION_RECV_DESTINATION:
        return IPSOCK_CONTROL_DESTINATION;
    case IPSK_OPTION_RECV_INTERFACE:
        return IPSOCK_CONTROL_INTERFACE;
    case IPSK_OPTION_RECV_HOP_LIMIT:
        return IPSOCK_CONTROL_HOP_LIMIT;
    case IPSK_OPTION_RECV_TRAFFIC_CLASS:
        return IPSOCK_CONTROL_TRAFFIC_CLASS;
    case IPSK_OPTION_RECV_PATH_MTU:
        return IPSOCK_CONTROL_PATH_MTU;
    case IPSK_OPTION_RECV_SEGMENT_SIZE:
        return IPSOCK_CONTROL_SEGMENT_SIZE;
    default:
        return 0;
    }
}

const char *ipsk_find_absent(const struct ipsk_system *system, int feature, unsigned kind,
                             int column)
{
    for (size_t i = 0; i < system->absent_count; i++) {
        const struct ipsk_absent_row *row = &system->absent[i];
        if (row->feature == feature && (row->kinds & kind) && row->column == column)
            return row->reason;
    }
    return NULL;
}
