// SPDX-License-Identifier: BSD-2-Clause
/* The library's only lock and condition. Initialising cannot fail; both are plain memory. */
#ifndef IPSK_SYNC_H
#define IPSK_SYNC_H

#include <stdint.h>

/* Points to what is not 0 while the process is known to have one thread. It may change in any call
 * that makes a thread or waits for its end. */
extern const char *const ipsk_sys_alone;

/* Room for the system's own objects; the backend asserts that they fit. */
struct ipsk_mutex {
    uint64_t storage[8];
};
struct ipsk_condition {
    uint64_t storage[8];
};

void ipsk_mutex_init(struct ipsk_mutex *mutex);
void ipsk_mutex_destroy(struct ipsk_mutex *mutex);
void ipsk_mutex_lock(struct ipsk_mutex *mutex);
void ipsk_mutex_unlock(struct ipsk_mutex *mutex);
void ipsk_condition_init(struct ipsk_condition *condition);
void ipsk_condition_destroy(struct ipsk_condition *condition);
void ipsk_condition_wait(struct ipsk_condition *condition, struct ipsk_mutex *mutex);
void ipsk_condition_broadcast(struct ipsk_condition *condition);

#endif
