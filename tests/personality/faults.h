// SPDX-License-Identifier: BSD-2-Clause
/* What a test orders of the model's calls: which of them fail, when and how. Calls by the names of
 * calls.def without "kernel_" ("sendmsg"; "pipe" is pipe2 too, "accept4" all three), errors by
 * those of errors.def ("ENOBUFS"). The calls of the library alone come here: a test's own sockets
 * are the host's. */
#ifndef PERSONALITY_FAULTS_H
#define PERSONALITY_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* All orders, those of IPSOCK_MODEL_FAULT too, and all counts. */
void model_faults_forget(void);
/* Calls number first to last from now on (1 is the next) fail. Of messages in sendmmsg and recvmmsg
 * each counts as a sendmsg or recvmsg, too: one may fail in the middle. */
void model_faults_order(const char *call, const char *error, unsigned first, unsigned last);
/* An option is missing from now on: ENOPROTOOPT, to set it and to get it. */
void model_faults_lack(int level, int name);
/* sendmmsg and recvmmsg take at most so many messages; 0: all. */
void model_faults_limit_batch(unsigned most);
/* Room for control data in every receive, at most. */
void model_faults_limit_control(size_t most);
/* The next polls return at once and say that everything is ready. */
void model_faults_lie_in_poll(unsigned times);

/* Since model_faults_forget: calls, failed ones included; how many were made to fail; the option
 * that the setsockopt or getsockopt with this number, from 1, was about. */
unsigned model_faults_calls(const char *call);
unsigned model_faults_failed(void);
bool model_faults_option(const char *call, unsigned number, int *level, int *name);
/* Receives that were said to have cut control data. */
unsigned model_faults_cuts(void);
/* Descriptors that were made through the model and are open; closings of what was not open. */
unsigned model_faults_descriptors(void);
unsigned model_faults_stray_closings(void);
/* The system's number of an error; 0 for a name that errors.def has not. */
int model_faults_number(const char *error);

#endif
