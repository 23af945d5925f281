// SPDX-License-Identifier: BSD-2-Clause
#ifndef MODEL_OVERLAPPED_H
#define MODEL_OVERLAPPED_H

#include "model.h"

/* An overlapped call: where its results go. */
struct model_request {
    OVERLAPPED *overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    unsigned mode;
    DWORD *bytes;
    WSAMSG *message;  /* WSARecvMsg's, or NULL */
    int *name_length; /* WSARecvFrom's, or NULL */
};

/* Returns the error of the call, WSA_IO_PENDING too. */
int model_overlapped_receive(struct model_socket *s, const struct model_request *wanted,
                             const WSAMSG *message);
/* A call that has ended at once: reports it, returns its error. */
int model_overlapped_done(struct model_socket *s, const struct model_request *wanted, int error,
                          DWORD bytes, DWORD flags);

/* Of the watching thread, under its lock. */
void model_overlapped_try(void);
unsigned model_overlapped_list(struct host_wait *waits, unsigned room);

CRITICAL_SECTION *model_watch_lock(void);
/* Something is to be watched, or has changed. */
void model_watch(void);
/* An overlapped call has completed. */
void model_watch_done(void);
/* Whether it is no longer pending. */
bool model_watch_until(const volatile OVERLAPPED *overlapped, ULONG_PTR pending, bool wait);

#endif
