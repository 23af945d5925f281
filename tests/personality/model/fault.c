// SPDX-License-Identifier: BSD-2-Clause
/* Failures by order: IPSOCK_MODEL_FAULT is a list of CALL:ERROR:NTH (the NTH call fails, from 1; 0:
 * every one), such as "recvmsg:EINTR:1,sendmsg:ENOBUFS:3". */
#include "model.h"

static const struct {
    const char *name;
    int number;
} errors[] = {
#define E(name) {#name, name},
#include "../errors.def"
#undef E
};

enum { ORDERS = 16 };
static struct order {
    char call[16];
    int error, nth, seen;
} orders[ORDERS];
static int count = -1;

static int number_of(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strlen(errors[i].name) == length && memcmp(errors[i].name, name, length) == 0)
            return errors[i].number;
    return EIO;
}

static void read_orders(void)
{
    const char *p = host_environment("IPSOCK_MODEL_FAULT");
    count = 0;
    while (p != NULL && *p != 0 && count < ORDERS) {
        const char *const first = strchr(p, ':');
        const char *const second = first == NULL ? NULL : strchr(first + 1, ':');
        struct order *const o = &orders[count];
        if (second == NULL || (size_t)(first - p) >= sizeof o->call)
            return;
        memcpy(o->call, p, (size_t)(first - p));
        o->error = number_of(first + 1, (size_t)(second - first - 1));
        for (p = second + 1; *p >= '0' && *p <= '9'; p++)
            o->nth = o->nth * 10 + (*p - '0');
        count++;
        if (*p == ',')
            p++;
    }
}

int model_fault(const char *call)
{
    int result = 0;
    host_lock();
    if (count < 0)
        read_orders();
    for (int i = 0; i < count && result == 0; i++)
        if (strcmp(orders[i].call, call) == 0) {
            orders[i].seen++;
            if (orders[i].nth == 0 || orders[i].nth == orders[i].seen)
                result = -orders[i].error;
        }
    host_unlock();
    return result;
}
