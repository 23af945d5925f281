// SPDX-License-Identifier: BSD-2-Clause
/* Control messages as Unix systems have them, written and walked by hand; messages has the system's
 * levels and types. For system_Linux.c and system_BSD.c, which a model of a kernel compiles with
 * the headers of two systems into one program. */
#ifndef SYSTEM_CMSG_H
#define SYSTEM_CMSG_H

#include <string.h>
#include <sys/socket.h>

#include "system.h"

static const struct system_type {
    int level, type;
} messages[SYSTEM_MESSAGES];

size_t system_put(void *buffer, enum system_message what, const void *payload, size_t length)
{
    struct cmsghdr header;
    memset(&header, 0, sizeof header);
    memset(buffer, 0, CMSG_SPACE(length));
    header.cmsg_len = (socklen_t)CMSG_LEN(length);
    header.cmsg_level = messages[what].level;
    header.cmsg_type = messages[what].type;
    memcpy(buffer, &header, sizeof header);
    if (length != 0)
        memcpy((uint8_t *)buffer + CMSG_LEN(0), payload, length);
    return CMSG_SPACE(length);
}

bool system_next(const void *buffer, size_t length, size_t *offset, enum system_message *what,
                 size_t *payload)
{
    struct cmsghdr header;
    if (*offset > length || length - *offset < sizeof header)
        return false;
    memcpy(&header, (const uint8_t *)buffer + *offset, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > length - *offset)
        return false;
    *payload = header.cmsg_len - CMSG_LEN(0);
    *offset += CMSG_SPACE(*payload);
    for (*what = 0; *what < SYSTEM_MESSAGES; ++*what)
        if (messages[*what].level == header.cmsg_level && messages[*what].type == header.cmsg_type)
            break;
    return true;
}

#endif
