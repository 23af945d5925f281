// SPDX-License-Identifier: BSD-2-Clause
/* Failures by order: of a test (faults.h), or of IPSOCK_MODEL_FAULT, a list of CALL:ERROR:NTH (the
 * NTH call fails, from 1; 0: every one), such as "recvmsg:EINTR:1,sendmsg:ENOBUFS:3". */
#include "model.h"

#include "../faults.h"

#include <limits.h>

static const struct {
    const char *name;
    int number;
} errors[] = {
#define E(name) {#name, name},
#include "../errors.def"
#undef E
};

enum { ORDERS = 32, CALLS = 40, OPTIONS = 512, LACKS = 8, DESCRIPTORS = 1024 };
static struct order {
    char call[16];
    int error;
    unsigned first, last;
} orders[ORDERS];
static struct call {
    char name[16];
    unsigned seen;
} calls[CALLS];
static struct option {
    char call[16];
    int level, name;
} seen_options[OPTIONS];
static struct option lacked[LACKS];
static int count = -1;
static unsigned option_count, lack_count, failed, batch_limit, lies, stray, cuts;
static size_t control_limit = SIZE_MAX;
static bool made[DESCRIPTORS];

static int number_of(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strlen(errors[i].name) == length && memcmp(errors[i].name, name, length) == 0)
            return errors[i].number;
    return 0;
}

/* Of the environment; a word that it does not know is EIO, so that it is not taken for silence. */
static void read_orders(void)
{
    const char *p = host_environment("IPSOCK_MODEL_FAULT");
    count = 0;
    while (p != NULL && *p != 0 && count < ORDERS) {
        const char *const first = strchr(p, ':');
        const char *const second = first == NULL ? NULL : strchr(first + 1, ':');
        struct order *const o = &orders[count];
        unsigned nth = 0;
        if (second == NULL || (size_t)(first - p) >= sizeof o->call)
            return;
        memset(o, 0, sizeof *o);
        memcpy(o->call, p, (size_t)(first - p));
        o->error = number_of(first + 1, (size_t)(second - first - 1));
        if (o->error == 0)
            o->error = EIO;
        for (p = second + 1; *p >= '0' && *p <= '9'; p++)
            nth = nth * 10 + (unsigned)(*p - '0');
        o->first = nth;
        o->last = nth == 0 ? UINT_MAX : nth;
        count++;
        if (*p == ',')
            p++;
    }
}

static struct call *find_call(const char *name)
{
    int i = 0;
    while (i < CALLS - 1 && calls[i].name[0] != 0 && strcmp(calls[i].name, name) != 0)
        i++;
    if (calls[i].name[0] == 0)
        memcpy(calls[i].name, name, strlen(name) + 1);
    return &calls[i];
}

/* With the state locked. */
static int fault_of(const char *call)
{
    int result = 0;
    if (count < 0)
        read_orders();
    struct call *const c = find_call(call);
    c->seen++;
    for (int i = 0; i < count && result == 0; i++)
        if (strcmp(orders[i].call, call) == 0 && c->seen >= orders[i].first &&
            c->seen <= orders[i].last)
            result = -orders[i].error;
    failed += result < 0;
    return result;
}

int model_fault(const char *call)
{
    host_lock();
    const int result = fault_of(call);
    host_unlock();
    return result;
}

int model_fault_option(const char *call, int level, int name)
{
    host_lock();
    int result = fault_of(call);
    if (option_count < OPTIONS) {
        struct option *const o = &seen_options[option_count++];
        memcpy(o->call, call, strlen(call) + 1);
        o->level = level;
        o->name = name;
    }
    for (unsigned i = 0; i < lack_count && result == 0; i++)
        if (lacked[i].level == level && lacked[i].name == name) {
            result = -ENOPROTOOPT;
            failed++;
        }
    host_unlock();
    return result;
}

bool model_fault_lies(void)
{
    host_lock();
    const bool lie = lies > 0;
    lies -= lie;
    host_unlock();
    return lie;
}

unsigned model_fault_batch(unsigned messages)
{
    return batch_limit != 0 && messages > batch_limit ? batch_limit : messages;
}

size_t model_fault_control(size_t room)
{
    return room > control_limit ? control_limit : room;
}

void model_fault_cut(void)
{
    host_lock();
    cuts++;
    host_unlock();
}

int model_opened(int fd)
{
    host_lock();
    if (fd >= 0 && fd < DESCRIPTORS)
        made[fd] = true;
    host_unlock();
    return fd;
}

void model_closed(int fd)
{
    host_lock();
    if (fd < 0 || fd >= DESCRIPTORS || !made[fd])
        stray++;
    else
        made[fd] = false;
    host_unlock();
}

/* ---- for tests ---- */

void model_faults_forget(void)
{
    host_lock();
    memset(calls, 0, sizeof calls);
    count = 0;
    option_count = lack_count = failed = batch_limit = lies = stray = cuts = 0;
    control_limit = SIZE_MAX;
    host_unlock();
}

void model_faults_order(const char *call, const char *error, unsigned first, unsigned last)
{
    host_lock();
    if (count < 0)
        read_orders();
    if (count < ORDERS) {
        const unsigned before = find_call(call)->seen;
        struct order *const o = &orders[count++];
        memset(o, 0, sizeof *o);
        memcpy(o->call, call, strlen(call) + 1);
        o->error = number_of(error, strlen(error));
        o->first = before + first;
        o->last = last > UINT_MAX - before ? UINT_MAX : before + last;
    }
    host_unlock();
}

void model_faults_lack(int level, int name)
{
    host_lock();
    if (lack_count < LACKS) {
        lacked[lack_count].level = level;
        lacked[lack_count++].name = name;
    }
    host_unlock();
}

void model_faults_limit_batch(unsigned most)
{
    batch_limit = most;
}

void model_faults_limit_control(size_t most)
{
    control_limit = most;
}

void model_faults_lie_in_poll(unsigned times)
{
    lies = times;
}

unsigned model_faults_calls(const char *call)
{
    host_lock();
    const unsigned seen = find_call(call)->seen;
    host_unlock();
    return seen;
}

unsigned model_faults_failed(void)
{
    return failed;
}

bool model_faults_option(const char *call, unsigned number, int *level, int *name)
{
    unsigned at = 0;
    for (unsigned i = 0; i < option_count; i++)
        if (strcmp(seen_options[i].call, call) == 0 && ++at == number) {
            *level = seen_options[i].level;
            *name = seen_options[i].name;
            return true;
        }
    return false;
}

unsigned model_faults_descriptors(void)
{
    unsigned open = 0;
    for (int i = 0; i < DESCRIPTORS; i++)
        open += made[i];
    return open;
}

unsigned model_faults_cuts(void)
{
    return cuts;
}

unsigned model_faults_stray_closings(void)
{
    return stray;
}

int model_faults_number(const char *error)
{
    return number_of(error, strlen(error));
}
