// SPDX-License-Identifier: BSD-2-Clause
/* Batches where the system has no calls for them: the scratch memory holds nothing but its size. */
#include "shared/batch.h"

struct ipsock_batch {
    uint32_t capacity;
};

size_t ipsk_sys_batch_size(uint32_t capacity)
{
    (void)capacity;
    return sizeof(struct ipsock_batch);
}

void ipsk_sys_batch_init(struct ipsock_batch *batch, uint32_t capacity)
{
    batch->capacity = capacity;
}

uint32_t ipsk_sys_batch_capacity(const struct ipsock_batch *batch)
{
    return batch->capacity;
}

const char *ipsk_sys_recv_many_name(void)
{
    return NULL;
}

const char *ipsk_sys_send_many_name(void)
{
    return NULL;
}

bool ipsk_sys_aim_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count)
{
    (void)s;
    (void)batch;
    (void)messages;
    (void)size;
    (void)count;
    return false;
}

int ipsk_sys_recv_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error)
{
    (void)batch;
    return ipsk_receive_loop(s, messages, size, count, done, flags, error);
}

uint32_t ipsk_sys_fill_many(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            const struct ipsock_message *messages, size_t size, uint32_t count)
{
    (void)s;
    (void)batch;
    (void)messages;
    (void)size;
    (void)count;
    return 0;
}

int ipsk_sys_send_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error)
{
    (void)batch;
    return ipsk_send_loop(s, messages, size, count, done, flags, error);
}
