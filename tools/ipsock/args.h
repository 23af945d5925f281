// SPDX-License-Identifier: BSD-2-Clause
/* The command line: tables of options, and one parser for all commands. getopt_long is not
 * everywhere. */
#ifndef IPSOCK_TOOL_ARGS_H
#define IPSOCK_TOOL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARG_LIST_MAX 64

/** The values of an option that may be given several times. */
struct arg_list {
    const char *values[ARG_LIST_MAX];
    size_t count;
};

/** One option. Exactly one of the five pointers is set, and says what the value is. */
struct arg_option {
    /* without dashes; one character means "-4", more "--count"; "count,c" is "--count" and "-c" */
    const char *name;
    const char *value; /* what help calls the value; NULL for a flag */
    const char *help;
    bool *flag;
    const char **text;
    struct arg_list *list;
    long *number;
    int64_t *duration; /* nanoseconds, from seconds with a fraction */
    long min, max;     /* of number */
};

/* One line an option: name, what help calls the value, where it goes, its range, help. */
#define ARG_FLAG(n, target, text)               \
    {                                           \
        .name = n, .help = text, .flag = target \
    }
#define ARG_TEXT(n, v, target, text_)                        \
    {                                                        \
        .name = n, .value = v, .help = text_, .text = target \
    }
#define ARG_NUMBER(n, v, target, lo, hi, text)                                      \
    {                                                                               \
        .name = n, .value = v, .help = text, .number = target, .min = lo, .max = hi \
    }
#define ARG_SECONDS(n, target, text)                              \
    {                                                             \
        .name = n, .value = "S", .help = text, .duration = target \
    }

struct arg_command {
    const char *name;
    const char *operand; /* what the usage line calls it; NULL: the command takes none */
    struct arg_list *operands; /* receives them where there may be several; else NULL */
    const char *summary;       /* one line */
    const char *details; /* further lines for --help, or NULL */
    const struct arg_option *options;
    size_t option_count;
};

/** args_parse has done its work and the command shall run. */
#define ARGS_RUN (-1)

/** Reads the arguments after the command's name into the options' targets.
 * @param operand receives the operand; ignored for commands without
 * @return ARGS_RUN, or the exit code: help was asked for, or the usage was wrong */
int args_parse(const struct arg_command *command, int argc, char **argv, const char **operand);

/** Reads a whole decimal or 0x number. @return whether text is one within the range */
bool args_number(const char *text, long min, long max, long *number);

#endif
