// SPDX-License-Identifier: BSD-2-Clause
/* The driver's commands about watching interfaces: watch [room=BYTES], next [timeout=S], news,
 * readable [timeout=S], unwatch, and count [times=N]. One watch at a time. */
#include <ipsock/native.h>
#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#define poll WSAPoll
typedef SOCKET descriptor;
#else
#include <poll.h>
typedef int descriptor;
#endif

#include "driver.h"

static struct ipsock_interface_watch *watch;

static void begin(void)
{
    const int room = (int)number("room", 0, 0);
    ipsock_watch_free(watch);
    const int code = ipsock_watch_interfaces(&watch);
    /* the kernel's queue, so that it overflows */
    if (code == IPSOCK_OK && room > 0 &&
        setsockopt((descriptor)ipsock_watch_handle(watch), SOL_SOCKET, SO_RCVBUF,
                   (const char *)&room, sizeof room) < 0)
        die("room");
    if (code < 0)
        printf("error %s\n", ipsock_error_name(code));
    else
        printf("ok\n");
}

static void print_event(const struct ipsock_interface_event *e)
{
    char text[IPSOCK_ADDR_TEXT] = "-";
    if (e->addr.family != IPSOCK_UNSPEC)
        ipsock_addr_format(&e->addr, text, sizeof text);
    printf(" kind=%u index=%u name=%s old_name=%s flags=0x%x old_flags=0x%x mtu=%u addr=%s "
           "prefix=%u hardware=",
           e->kind, e->index, e->name ? e->name : "-", e->old_name ? e->old_name : "-", e->flags,
           e->old_flags, e->mtu, text, e->prefix_length);
    for (unsigned i = 0; i < e->hardware_length; i++)
        printf("%s%02x", i ? ":" : "", e->hardware[i]);
}

/* One event, that is waited for; or all that there are now, each behind a semicolon. */
static void next(int64_t deadline)
{
    struct ipsock_interface_event event;
    int code = ipsock_watch_next(watch, &event, deadline);
    if (deadline != IPSOCK_WATCH_NO_WAIT) {
        if (code < 0) {
            printf("error %s\n", ipsock_error_name(code));
            return;
        }
        printf("ok");
        print_event(&event);
        printf("\n");
        return;
    }
    printf("ok");
    for (; code == IPSOCK_OK; code = ipsock_watch_next(watch, &event, deadline)) {
        printf(" ;");
        print_event(&event);
    }
    if (code != IPSOCK_EAGAIN)
        printf(" ; kind=%s", ipsock_error_name(code));
    printf("\n");
}

static void look(void)
{
    struct pollfd ready = {.fd = (descriptor)ipsock_watch_handle(watch), .events = POLLIN};
    printf("ok ready=%d\n", poll(&ready, 1, (int)number("timeout", 0, 0) * 1000));
}

/* Lists the interfaces over and over: how few there were, and how many. */
static void count(void)
{
    unsigned least = ~0u, most = 0;
    for (long i = number("times", 0, 1); i > 0; i--) {
        struct ipsock_interface *list;
        unsigned found = 0;
        const int code = ipsock_interfaces(&list);
        if (code < 0) {
            printf("error %s\n", ipsock_error_name(code));
            return;
        }
        for (const struct ipsock_interface *at = list; at != NULL; at = at->next)
            found++;
        ipsock_interfaces_free(list);
        least = found < least ? found : least;
        most = found > most ? found : most;
    }
    printf("ok least=%u most=%u\n", least, most);
}

bool obey_watch(const char *word)
{
    if (strcmp(word, "watch") == 0) {
        begin();
    } else if (strcmp(word, "next") == 0) {
        next(ipsock_now() + number("timeout", 0, 10) * IPSOCK_SECOND);
    } else if (strcmp(word, "news") == 0) {
        next(IPSOCK_WATCH_NO_WAIT);
    } else if (strcmp(word, "count") == 0) {
        count();
    } else if (strcmp(word, "readable") == 0) {
        look();
    } else if (strcmp(word, "unwatch") == 0) {
        ipsock_watch_free(watch);
        watch = NULL;
        printf("ok\n");
    } else {
        return false;
    }
    return true;
}
