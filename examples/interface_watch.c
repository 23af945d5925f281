// SPDX-License-Identifier: BSD-2-Clause
/* Follows the interfaces of this host: first what there is, then each change.
 *
 *     interface_watch [SECONDS]    ends when nothing has changed for so long; without, never */
#include <ipsock/ipsock.h>

#include <stdio.h>
#include <stdlib.h>

static void print_flags(uint32_t flags)
{
    printf(" %s%s", flags & IPSOCK_INTERFACE_UP ? "up" : "down",
           flags & IPSOCK_INTERFACE_RUNNING ? ",running" : "");
}

static void print_event(const struct ipsock_interface_event *e)
{
    static const char *const kinds[] = {
        [IPSOCK_WATCH_ADDED] = "added",
        [IPSOCK_WATCH_REMOVED] = "removed",
        [IPSOCK_WATCH_RENAMED] = "renamed",
        [IPSOCK_WATCH_FLAGS] = "flags",
        [IPSOCK_WATCH_MTU] = "mtu",
        [IPSOCK_WATCH_HARDWARE] = "hardware",
        [IPSOCK_WATCH_ADDRESS_ADDED] = "address-added",
        [IPSOCK_WATCH_ADDRESS_REMOVED] = "address-removed",
    };
    char addr[IPSOCK_ADDR_TEXT];
    if (e->kind == IPSOCK_WATCH_LOST) {
        puts("lost");
        return;
    }
    printf("%s %lu %s", kinds[e->kind], (unsigned long)e->index, e->name);
    if (e->kind == IPSOCK_WATCH_RENAMED)
        printf(" was %s", e->old_name);
    if (e->kind == IPSOCK_WATCH_ADDED || e->kind == IPSOCK_WATCH_FLAGS)
        print_flags(e->flags);
    if (e->kind == IPSOCK_WATCH_ADDED || e->kind == IPSOCK_WATCH_MTU)
        printf(" mtu %lu", (unsigned long)e->mtu);
    if (e->addr.family != IPSOCK_UNSPEC && ipsock_addr_format(&e->addr, addr, sizeof addr) >= 0)
        printf(" %s/%u", addr, (unsigned)e->prefix_length);
    putchar('\n');
}

int main(int argc, char **argv)
{
    const long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    struct ipsock_interface_watch *watch;
    struct ipsock_interface_event event;
    int code = ipsock_watch_interfaces(&watch);
    while (code == IPSOCK_OK) {
        const int64_t deadline = seconds > 0 ? ipsock_now() + seconds * IPSOCK_SECOND : 0;
        code = ipsock_watch_next(watch, &event, deadline);
        if (code == IPSOCK_OK)
            print_event(&event);
        fflush(stdout);
    }
    ipsock_watch_free(watch);
    if (code == IPSOCK_ETIMEDOUT)
        return EXIT_SUCCESS;
    fprintf(stderr, "interface_watch: %s\n", ipsock_error_text(code));
    return EXIT_FAILURE;
}
