// SPDX-License-Identifier: BSD-2-Clause
/* What the parts of the network driver share: the words of the command, and answers. */
#ifndef DRIVER_H
#define DRIVER_H

#include <ipsock/ipsock.h>

/* Ends the program: the scenario is wrong. */
void die(const char *what);

/* The value of "key=value" among the words, or NULL. */
const char *value(const char *key);
/* Item i of a comma-separated value as a number. */
long number(const char *key, unsigned i, long otherwise);
/* As an address; unset without the key. */
struct ipsock_addr addr(const char *key, unsigned i);
/* As an interface, by name or index; 0 without the key. */
uint32_t interface_index(const char *key, unsigned i);

/* The endpoint that the second word names. */
struct ipsock_endpoint *endpoint(void);
/* "ok", or the error that the endpoint remembers. */
void done_or_failed(struct ipsock_endpoint *s, int direction, int code);

/* Hexadecimal digits as bytes, for what no word can hold; returns how many. */
size_t fill_bytes(char *to, size_t room, const char *digits);

/* Commands about raw endpoints (driver_raw.c). False for a word that is none of them. */
bool obey_raw(const char *word);
/* Commands about multicast (driver_multicast.c). False for a word that is none of them. */
bool obey_multicast(const char *word);
/* Errors that come later (driver_error.c). */
bool obey_error(const char *word);
/* Filters (driver_filter.c). */
bool obey_filter(const char *word);
/* Watching interfaces (driver_watch.c). */
bool obey_watch(const char *word);

#endif
