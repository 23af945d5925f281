// SPDX-License-Identifier: BSD-2-Clause
#include "group.h"
#include "tool.h"

#include <string.h>

static int needs_group(const char *target, const char *option)
{
    fprintf(stderr, "ipsock listen: '%s': --%s needs a multicast address, such as 239.1.2.3:5000\n",
            target, option);
    return EXIT_USAGE;
}

int group_check(const struct group_request *request, const char *target,
                const struct ipsock_addr *local)
{
    if (request->sources.count && request->excluded.count) {
        fputs("ipsock listen: --source and --exclude exclude each other: a group is joined from "
              "chosen sources, or from any but some\n",
              stderr);
        return EXIT_USAGE;
    }
    if (ipsock_addr_is_multicast(local))
        return EXIT_OK;
    if (request->sources.count)
        return needs_group(target, "source");
    if (request->excluded.count)
        return needs_group(target, "exclude");
    // A link-local address is on one interface.
    if (request->interfaces.count &&
        (request->interfaces.count > 1 || local->family != IPSOCK_IPV6 ||
         !ipsock_addr_is_link_local(local)))
        return needs_group(target, "interface");
    return request->strict ? needs_group(target, "strict") : EXIT_OK;
}

int group_settle_zone(const struct group_request *request, struct ipsock_addr *local)
{
    uint32_t index = 0;
    const bool is_group = ipsock_addr_is_multicast(local);
    // A group is joined on several, each of which is looked up then.
    if (request->interfaces.count == 1 && !is_group) {
        const int result = read_interface("listen", request->interfaces.values[0], &index);
        if (result != EXIT_OK)
            return result;
    }
    return settle_zones("listen", local, NULL, index, true);
}

/* The name as given, or the zone of the group, or the system's choice. */
static const char *interface_label(const struct group_request *request, size_t i,
                                   const struct ipsock_addr *group, char *text, size_t size)
{
    if (i < request->interfaces.count)
        return request->interfaces.values[i];
    if (!group->scope)
        return "the system's choice";
    struct ipsock_interface *list = NULL;
    if (ipsock_interface_by_index(group->scope, &list) == 0 && list)
        snprintf(text, size, "%s", list->name);
    else
        snprintf(text, size, "%lu", (unsigned long)group->scope);
    ipsock_interfaces_free(list);
    return text;
}

/* "GROUP", "GROUP without SOURCE", "SOURCE of GROUP", each with "on INTERFACE". */
static int refused(struct ipsock_endpoint *s, const struct group_request *request, size_t i,
                   const struct ipsock_addr *group, const char *before, const char *source)
{
    char subject[400], name[64], text[IPSOCK_ADDR_TEXT] = "?";
    struct ipsock_addr plain = *group;
    plain.port = 0;
    ipsock_addr_format(&plain, text, sizeof text);
    snprintf(subject, sizeof subject, "%s%s%s%s on %s", before, source ? source : "",
             source ? " of " : "", text, interface_label(request, i, group, name, sizeof name));
    return fail_endpoint("listen", subject, s, IPSOCK_SETUP);
}

typedef int (*source_call)(struct ipsock_endpoint *, uint32_t, const struct ipsock_addr *,
                           const struct ipsock_addr *);

/* One call for each source of a list. */
static int for_sources(struct ipsock_endpoint *s, const struct group_request *request, size_t i,
                       uint32_t index, const struct ipsock_addr *group, bool exclude)
{
    const struct arg_list *list = exclude ? &request->excluded : &request->sources;
    const source_call call = exclude ? ipsock_exclude_source : ipsock_join_source_group;
    for (size_t n = 0; n < list->count; n++) {
        struct ipsock_addr source;
        const int result =
            read_address("listen", exclude ? "exclude" : "source", list->values[n], &source);
        if (result != EXIT_OK)
            return result;
        if (call(s, index, group, &source) < 0)
            return refused(s, request, i, group, exclude ? "excluding " : "joining ",
                           list->values[n]);
    }
    return EXIT_OK;
}

static int join_on(struct ipsock_endpoint *s, const struct group_request *request, size_t i,
                   const struct ipsock_addr *group)
{
    uint32_t index = 0;
    if (i < request->interfaces.count) {
        const int result = read_interface("listen", request->interfaces.values[i], &index);
        if (result != EXIT_OK)
            return result;
    }
    if (request->sources.count)
        return for_sources(s, request, i, index, group, false);
    if (ipsock_join_group(s, index, group) < 0)
        return refused(s, request, i, group, "joining ", NULL);
    return for_sources(s, request, i, index, group, true);
}

/* Rounds over the interfaces; without any there is one, for the system's choice. */
static size_t rounds(const struct group_request *request)
{
    return request->interfaces.count ? request->interfaces.count : 1;
}

int group_join(struct ipsock_endpoint *s, const struct group_request *request,
               const struct ipsock_addr *group)
{
    int result = EXIT_OK;
    for (size_t i = 0; i < rounds(request) && result == EXIT_OK; i++)
        result = join_on(s, request, i, group);
    return result;
}

void group_announce(const struct group_request *request, const struct ipsock_addr *group)
{
    const struct arg_list *list = request->sources.count ? &request->sources : &request->excluded;
    char name[64];
    struct ipsock_addr plain = *group;
    plain.port = 0;
    plain.scope = 0; // the interface follows
    for (size_t i = 0; i < rounds(request); i++) {
        const char *label = interface_label(request, i, group, name, sizeof name);
        fputs("joined ", stderr);
        print_addr(stderr, &plain);
        fputs(" on ", stderr);
        print_escaped(stderr, label, strlen(label));
        for (size_t n = 0; n < list->count; n++)
            fprintf(stderr, "%s%s",
                    n                        ? ", "
                    : request->sources.count ? ", only from "
                                             : ", not from ",
                    list->values[n]);
        fputc('\n', stderr);
    }
}
