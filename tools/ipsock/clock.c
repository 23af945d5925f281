// SPDX-License-Identifier: BSD-2-Clause
/* Times of lines. Not every C library has timespec_get; this is the second file with a system's
 * header. */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include "tool.h"

#ifdef _WIN32
#include <windows.h>

/* ISO 8601, "2026-01-31T12:00:00.123456Z". */
static void format_wall(char *text, size_t size)
{
    FILETIME now; /* tenths of microseconds since 1601 */
    SYSTEMTIME utc;
    GetSystemTimeAsFileTime(&now);
    FileTimeToSystemTime(&now, &utc);
    const uint64_t tenths = (uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
    snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.wYear, utc.wMonth, utc.wDay,
             utc.wHour, utc.wMinute, utc.wSecond, (int)(tenths / 10 % 1000000));
}

#else
#include <time.h>

static void format_wall(char *text, size_t size)
{
    struct timespec now = {0, 0};
    char date[32] = "?";
    clock_gettime(CLOCK_REALTIME, &now);
    const struct tm *utc = gmtime(&now.tv_sec);
    if (utc)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", utc);
    snprintf(text, size, "%s.%06dZ", date, (int)(now.tv_nsec / 1000));
}

#endif

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
