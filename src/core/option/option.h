// SPDX-License-Identifier: BSD-2-Clause
/* Options by table row. */
#ifndef IPSK_OPTION_H
#define IPSK_OPTION_H

#include "core/endpoint/endpoint.h"

/* A public setter or getter: enters, checks the range, takes the setup lock, records. */
int ipsk_public_set(struct ipsock_endpoint *s, int option, const char *name, int64_t value,
                    int64_t lowest, int64_t highest);
int ipsk_public_get(struct ipsock_endpoint *s, int option, const char *name, int64_t *value,
                    const void *out);
int ipsk_public_get_int(struct ipsock_endpoint *s, int option, const char *name, int *out);
int ipsk_public_get_bool(struct ipsock_endpoint *s, int option, const char *name, bool *out);

/* Sets every row that an option has on this endpoint, in all its columns, undoing the earlier ones
 * when a later one fails. IPSOCK_DEFAULT writes each row's own default. name is the API's word for
 * the option. */
int ipsk_set_option(struct ipsock_endpoint *s, int option, int64_t value, const char *name,
                    struct ipsock_error *error);

/* Options of raw endpoints that ping endpoints lack, that the library uses for itself there, or
 * that would show the IP header: a program's first byte is that of the ICMP message. */
static inline bool ipsk_is_raw_only(int option, int column)
{
    const bool program = option == IPSK_OPTION_ATTACH_FILTER || option == IPSK_OPTION_DETACH_FILTER;
    return option == IPSK_OPTION_CHECKSUM || option == IPSK_OPTION_HEADER_INCLUDED ||
           option == IPSK_OPTION_ICMP_FILTER || (program && column == IPSK_V4);
}

/* Reads the first row that the option has. */
int ipsk_get_option(struct ipsock_endpoint *s, int option, int64_t *value, const char *name,
                    struct ipsock_error *error);

/* Whether the option has a row in a column for this endpoint's kind and kernel. */
const struct ipsk_option_row *ipsk_option_row(const struct ipsock_endpoint *s, int option,
                                              int column);

/* All rows of an option on this endpoint: how many, at most 2. */
int ipsk_option_rows(const struct ipsock_endpoint *s, int option,
                     const struct ipsk_option_row *rows[2]);
/* The refusal of an option that has none. */
int ipsk_option_missing(const struct ipsock_endpoint *s, int option, const char *name,
                        struct ipsock_error *error);

/* Whether the running kernel is new enough for a row, and complete. */
static inline bool ipsk_is_there(const struct ipsk_option_row *row)
{
    const uint32_t lacks = ipsk_sys_lacks();
    if ((lacks & IPSK_LACKS_RECEIVED_CONTROL) && ipsk_option_fields(row->option) != 0)
        return false;
    if ((lacks & IPSK_LACKS_CLASS_MARKS) && row->option == IPSK_OPTION_TRAFFIC_CLASS &&
        row->column == IPSK_V6)
        return false;
    return row->since == 0 || row->since <= ipsk_sys_version();
}

/* Whether the system, where it can be told to block sources, does so in a column. */
static inline bool ipsk_blocks_sources(int column)
{
    const int fact = column == IPSK_V6 ? IPSK_FACT_BLOCKS_SINCE6 : IPSK_FACT_BLOCKS_SINCE4;
    return (uint32_t)ipsk_native.facts[fact] <= ipsk_sys_version();
}

/* Options are changed one call at a time, and not while a send has one of them changed for itself
 * (emulate.c). */
void ipsk_lock_options(struct ipsock_endpoint *s);
void ipsk_unlock_options(struct ipsock_endpoint *s);

/* Lets a failure that met a limit name it, where the system has a name for it. */
static inline void ipsk_name_limit(struct ipsock_error *error, int limit, int column)
{
    const char *text = ipsk_find_limit(&ipsk_native, limit, column);
    if (text != NULL)
        error->option = text;
}

/* Sets one row. */
int ipsk_set_row(ipsock_handle_t handle, const struct ipsk_option_row *row, int64_t value,
                 struct ipsock_error *error);
int ipsk_get_row(ipsock_handle_t handle, const struct ipsk_option_row *row, int64_t *value,
                 struct ipsock_error *error);

/* A row's value as the system has it, to be put back later. */
int ipsk_save_row(ipsock_handle_t handle, const struct ipsk_option_row *row,
                  struct ipsk_saved *saved, struct ipsock_error *error);
void ipsk_restore_row(ipsock_handle_t handle, const struct ipsk_saved *saved);
/* The same for the case that a later step fails; of a fresh socket nothing is saved or restored. */
int ipsk_save_for_undo(const struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                       struct ipsk_saved *saved, struct ipsock_error *error);

#endif
