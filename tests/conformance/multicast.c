// SPDX-License-Identifier: BSD-2-Clause
#include "multicast.h"

#include <ipsock/capability.h>

static struct ground all[5];
static size_t ground_count;

size_t grounds(const struct ground **list)
{
    static const struct ground known[] = {
        {"IPv4 on loopback", V4, 0, "224.0.0.249", "224.0.0.250", "232.0.1.249", "127.0.0.1",
         "127.0.0.2"},
        {"IPv4 on the first", V4, 0, "239.7.7.7", "224.0.0.254", "232.0.1.254", "10.77.0.1",
         "10.77.0.2"},
        {"IPv6 on the first", V6, 0, "ff02::114", "ff15::7:7", "ff3e::8000:1", "fd77::1",
         "fd77::2"},
        {"IPv4 on the second", V4, 0, "239.7.7.7", "224.0.0.254", "232.0.1.254", "10.78.0.1",
         "10.78.0.2"},
        {"IPv6 on the second", V6, 0, "ff02::114", "ff15::7:7", "ff3e::8000:1", "fd78::1",
         "fd78::2"},
    };
    *list = all;
    if (ground_count != 0)
        return ground_count;
    uint32_t first = 0, second = 0;
    const bool own = system_make_interfaces(&first, &second);
    memcpy(all, known, sizeof known);
    all[0].index = loopback_index();
    all[1].index = all[2].index = first;
    all[3].index = all[4].index = second;
    ground_count = own ? COUNT(known) : 1;
    if (!own)
        print_message("only loopback: interfaces of our own need privilege\n");
    return ground_count;
}

const struct ground *first_ground(const struct ground **begin)
{
    const size_t count = grounds(begin);
    return *begin + count;
}

const struct ground *own_ground(int column, const struct ground **second)
{
    const struct ground *list;
    const size_t count = grounds(&list);
    const size_t at = column == V4 ? 1 : 2;
    if (second != NULL)
        *second = count > at + 2 ? &list[at + 2] : NULL;
    return count > at + 2 && begin_column(column) ? &list[at] : NULL;
}

const struct call_text call_texts[CALLS] = {
    [JOIN] = {"ipsock_join_group", "join group", false},
    [LEAVE] = {"ipsock_leave_group", "leave group", false},
    [JOIN_SOURCE] = {"ipsock_join_source_group", "join source", true},
    [LEAVE_SOURCE] = {"ipsock_leave_source_group", "leave source", true},
    [EXCLUDE] = {"ipsock_exclude_source", "exclude source", true},
    [INCLUDE] = {"ipsock_include_source", "include source", true},
};

int call_addrs(struct ipsock_endpoint *s, enum call call, uint32_t index,
               const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    switch (call) {
    case JOIN:
        return ipsock_join_group(s, index, group);
    case LEAVE:
        return ipsock_leave_group(s, index, group);
    case JOIN_SOURCE:
        return ipsock_join_source_group(s, index, group, source);
    case LEAVE_SOURCE:
        return ipsock_leave_source_group(s, index, group, source);
    case EXCLUDE:
        return ipsock_exclude_source(s, index, group, source);
    case INCLUDE:
        return ipsock_include_source(s, index, group, source);
    default:
        fail_msg("call %d", (int)call);
        return 0;
    }
}

int call_on(struct ipsock_endpoint *s, enum call call, uint32_t index, const char *group,
            const char *source)
{
    const struct ipsock_addr g = addr_of(group);
    const struct ipsock_addr from = addr_of(source != NULL ? source : group);
    return call_addrs(s, call, index, &g, &from);
}

struct ipsock_endpoint *open_member(int column, uint16_t port, uint32_t flags, uint32_t control)
{
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    config.flags |= flags | IPSOCK_OPEN_REUSE;
    config.local = ipsock_addr_any(columns[column].family, port);
    config.receive_control = control;
    return must_open(&config);
}

uint16_t port_of(struct ipsock_endpoint *s)
{
    struct ipsock_addr local;
    CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
    return local.port;
}

struct ipsock_endpoint *open_sender(const struct ground *g, const char *source)
{
    struct ipsock_config config = config_of(g->column, IPSOCK_UDP);
    config.local = addr_of(source);
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, g->index));
    return s;
}

void cast(struct ipsock_endpoint *sender, const char *group, uint16_t port, const char *text)
{
    struct ipsock_addr to = addr_of(group);
    to.port = port;
    CHECK(IPSOCK_OK, send_bytes(sender, &to, text, strlen(text), NULL));
}

void expect_text(struct ipsock_endpoint *s, const char *text, struct seen *seen)
{
    receive(s, seen);
    if (seen->length != strlen(text) || memcmp(seen->data, text, seen->length) != 0)
        fail_msg("received \"%.*s\", expected \"%s\"", (int)seen->length, (char *)seen->data, text);
}

bool sources_are_local(const struct ipsock_endpoint *s, const struct ipsock_addr *group)
{
    struct ipsock_capability_answer answer;
    const int family = ipsock_addr_is_mapped(group) ? IPSOCK_IPV4_MAPPED : group->family;
    return ipsock_capability(s, 0, family, IPSOCK_FEATURE_JOIN_SOURCE, &answer) == IPSOCK_OK &&
           answer.level == IPSOCK_LOCAL;
}

void check_filter(struct ipsock_endpoint *s, uint32_t index, const char *group, bool member,
                  bool source_specific, uint32_t sources)
{
    const struct ipsock_addr addr = addr_of(group);
    struct system_filter filter;
    const bool told = system_filter_of(ipsock_handle(s), index, &addr, &filter);
    if (!told && system_lacks("membership-query") != NULL)
        return; /* what is delivered tells */
    if (!told)
        fail_msg("the kernel does not tell of %s", group);
    EQUAL(member, filter.member);
    const bool local = member && sources_are_local(s, &addr); /* the kernel has not heard of them */
    EQUAL(local ? false : source_specific, filter.source_specific);
    EQUAL(local ? 0 : sources, filter.sources);
}

void check_refusal(struct ipsock_endpoint *s, int code, enum call call, const char *option)
{
    struct ipsock_error error;
    CHECK(IPSOCK_OK, ipsock_last_error(s, IPSOCK_SETUP, &error));
    CHECK(code, error.code);
    assert_string_equal(error.operation, call_texts[call].operation);
    if (option == NULL)
        assert_null(error.option);
    else
        assert_string_equal(error.option, option);
}
