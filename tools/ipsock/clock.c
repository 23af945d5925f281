// SPDX-License-Identifier: BSD-2-Clause
/* Times of lines. Not every C library has timespec_get; this is the second file with a system's
 * header. */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include "tool.h"

#include <time.h>
#ifdef _WIN32
#include <windows.h>
#endif

/* Microseconds since 1970, UTC. */
static int64_t wall_clock(void)
{
#ifdef _WIN32
    FILETIME now; /* tenths of microseconds since 1601 */
    GetSystemTimeAsFileTime(&now);
    const uint64_t tenths = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    return (int64_t)(tenths / 10) - INT64_C(11644473600000000);
#else
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
#endif
}

/* ISO 8601, "2026-01-31T12:00:00.123456Z". */
static void format_wall(char *text, size_t size)
{
    const int64_t now = wall_clock();
    const time_t seconds = (time_t)(now / 1000000);
    const struct tm *utc = gmtime(&seconds);
    char date[32] = "?";
    if (utc)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", utc);
    snprintf(text, size, "%s.%06dZ", date, (int)(now % 1000000));
}

static double since_start(const struct packet_printer *printer)
{
    return (double)(ipsock_now() - printer->start) / 1e9;
}

void print_time(const struct packet_printer *printer)
{
    char text[48];
    if (printer->timestamps) {
        format_wall(text, sizeof text);
        printf("%s  ", text);
    } else {
        printf("+%.6f  ", since_start(printer));
    }
}

void json_time(const struct packet_printer *printer)
{
    char text[48];
    printf("\"time\":%.6f", since_start(printer));
    if (printer->timestamps) {
        format_wall(text, sizeof text);
        printf(",\"timestamp\":\"%s\"", text);
    }
}
