// SPDX-License-Identifier: BSD-2-Clause
/* Watching interfaces. The system only says that something has changed; what, is the difference
 * between two lists. So no storm, no lost message and no message of an unknown kind can make the
 * state that was told differ from the system's for longer than to the next look. */
#include <ipsock/interface.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/codec/interface_change.h"
#include "core/endpoint/backend.h"

/* A list that was read while something changed may be of neither state: it is read anew, but not
 * for ever. */
#define READS_MOST 4

struct ipsock_interface_watch {
    struct ipsk_news news;
    struct ipsk_waker waker;
    struct ipsk_changes changes;
    struct ipsock_interface *old, *now;
    bool due;  /* the list is to be read */
    bool lost; /* is to be told */
    atomic_bool canceled;
};

int ipsock_watch_interfaces(struct ipsock_interface_watch **watch)
{
    struct ipsock_error error;
    if (watch == NULL)
        return IPSOCK_EINVAL;
    *watch = NULL;
    struct ipsock_interface_watch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return IPSOCK_ENOMEM;
    made->due = true;
    atomic_init(&made->canceled, false);
    int code = ipsk_sys_news_open(&made->news, &error); /* first, so that there is no gap */
    if (code == IPSOCK_OK)
        code = ipsk_sys_waker_open(&made->waker, &error);
    if (code < 0) {
        ipsock_watch_free(made);
        return code;
    }
    *watch = made;
    return IPSOCK_OK;
}

ipsock_handle_t ipsock_watch_handle(const struct ipsock_interface_watch *watch)
{
    return watch != NULL ? watch->news.handle : IPSOCK_INVALID_HANDLE;
}

/* What the system has to say: whether something may have changed, or an error. */
static int take_news(struct ipsock_interface_watch *w, struct ipsock_error *error)
{
    const int news = ipsk_sys_news_take(&w->news, error);
    if (news <= 0)
        return news;
    w->due = true;
    if (news & IPSK_NEWS_LOST)
        w->lost = true;
    return news;
}

/* Reads the list; its differences from the last one are to be told. */
static int refresh(struct ipsock_interface_watch *w, struct ipsock_error *error)
{
    struct ipsock_interface *list;
    for (int reads = 1;; reads++) {
        list = NULL;
        w->due = false;
        int code = ipsk_sys_interfaces(&list, error);
        if (code == IPSOCK_OK)
            code = take_news(w, error);
        if (code >= 0 && (!w->due || reads == READS_MOST))
            break;
        ipsock_interfaces_free(list);
        if (code < 0) {
            w->due = true;
            return code;
        }
    }
    ipsock_interfaces_free(w->old);
    w->old = w->now;
    w->now = list;
    ipsk_changes_begin(&w->changes, w->old, w->now);
    return IPSOCK_OK;
}

static bool tell(struct ipsock_interface_watch *w, struct ipsock_interface_event *event)
{
    if (!w->lost)
        return ipsk_changes_next(&w->changes, event);
    w->lost = false;
    memset(event, 0, sizeof *event);
    event->kind = IPSOCK_WATCH_LOST;
    return true;
}

/* There is nothing to tell: 0 after a wait, or why not to wait. */
static int wait_for_news(struct ipsock_interface_watch *w, int64_t deadline,
                         struct ipsock_error *error)
{
    if (deadline < 0)
        return IPSOCK_EAGAIN;
    if (atomic_exchange(&w->canceled, false))
        return IPSOCK_ECANCELED;
    if (deadline != 0 && ipsk_sys_now() >= deadline)
        return IPSOCK_ETIMEDOUT;
    const int code = ipsk_sys_wait(w->news.handle, IPSOCK_READ, &w->waker, deadline, error);
    ipsk_sys_waker_drain(
        &w->waker); /* each time: a cancel that was heard before may still signal */
    return code < 0 ? code : IPSOCK_OK;
}

int ipsock_watch_next(struct ipsock_interface_watch *watch, struct ipsock_interface_event *event,
                      int64_t deadline)
{
    struct ipsock_error error;
    if (watch == NULL || event == NULL)
        return IPSOCK_EINVAL;
    while (!tell(watch, event)) {
        int code = take_news(watch, &error);
        if (code >= 0 && watch->lost)
            continue; /* said before what has changed */
        if (code >= 0)
            code = watch->due ? refresh(watch, &error) : wait_for_news(watch, deadline, &error);
        if (code < 0)
            return code;
        if (watch->due && deadline >= 0 && atomic_exchange(&watch->canceled, false))
            return IPSOCK_ECANCELED;
        if (deadline > 0 && watch->due && ipsk_sys_now() >= deadline)
            return IPSOCK_ETIMEDOUT; /* a storm without a difference */
    }
    return IPSOCK_OK;
}

void ipsock_watch_cancel(struct ipsock_interface_watch *watch)
{
    if (watch == NULL)
        return;
    atomic_store(&watch->canceled, true);
    ipsk_sys_waker_signal(&watch->waker);
}

void ipsock_watch_free(struct ipsock_interface_watch *watch)
{
    if (watch == NULL)
        return;
    ipsk_sys_news_close(&watch->news);
    ipsk_sys_waker_close(&watch->waker);
    ipsock_interfaces_free(watch->old);
    ipsock_interfaces_free(watch->now);
    free(watch);
}
