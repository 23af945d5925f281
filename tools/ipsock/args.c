// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an option's name, without its letter. */
static int name_length(const struct arg_option *option)
{
    return (int)strcspn(option->name, ",");
}

/* The letter of a name of more than one; 0: none. */
static char letter_of(const struct arg_option *option)
{
    const char *comma = strchr(option->name, ',');
    return comma ? comma[1] : 0;
}

static int usage_error(const struct arg_command *command, const char *what, const char *argument)
{
    fprintf(stderr, "ipsock %s: %s '%s'\nTry 'ipsock %s --help'.\n", command->name, what, argument,
            command->name);
    return EXIT_USAGE;
}

static void print_help(const struct arg_command *command)
{
    printf("Usage: ipsock %s [options]%s%s\n\n%s\n", command->name, command->operand ? " " : "",
           command->operand ? command->operand : "", command->summary);
    if (command->details)
        printf("\n%s", command->details);
    printf("\nOptions:\n");
    for (size_t i = 0; i < command->option_count; i++) {
        const struct arg_option *option = &command->options[i];
        char left[48], letter[8] = "";
        if (letter_of(option))
            snprintf(letter, sizeof letter, "-%c, ", letter_of(option));
        snprintf(left, sizeof left, "%s%s%.*s%s%s", letter, option->name[1] ? "--" : "-",
                 name_length(option), option->name, option->value ? " " : "",
                 option->value ? option->value : "");
        printf("  %-25s %s\n", left, option->help);
    }
    printf("  %-25s %s\n", "--help", "show this help");
}

bool args_number(const char *text, long min, long max, long *number)
{
    const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    // strtol alone would take spaces, signs and nothing at all.
    if (!*digits || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits))
        return false;
    errno = 0;
    const long value = strtol(digits, NULL, hex ? 16 : 10);
    if (errno || value < min || value > max)
        return false;
    *number = value;
    return true;
}

static bool read_duration(const char *text, int64_t *nanoseconds)
{
    char *end;
    // No sign, no exponent, no "inf".
    if (!*text || strspn(text, "0123456789.") != strlen(text))
        return false;
    const double seconds = strtod(text, &end);
    if (*end || end == text || seconds > 1e9)
        return false;
    *nanoseconds = (int64_t)(seconds * 1e9);
    return true;
}

static int take_value(const struct arg_command *command, const struct arg_option *option,
                      const char *value)
{
    if (option->text) {
        *option->text = value;
    } else if (option->list) {
        if (option->list->count == ARG_LIST_MAX) {
            fprintf(stderr, "ipsock %s: --%.*s: at most %d of them\n", command->name,
                    name_length(option), option->name, ARG_LIST_MAX);
            return EXIT_USAGE;
        }
        option->list->values[option->list->count++] = value;
    } else if (option->number) {
        if (!args_number(value, option->min, option->max, option->number)) {
            fprintf(stderr, "ipsock %s: --%.*s %s: must be a number, %ld to %ld\n", command->name,
                    name_length(option), option->name, value, option->min, option->max);
            return EXIT_USAGE;
        }
    } else if (!read_duration(value, option->duration)) {
        fprintf(stderr, "ipsock %s: --%.*s %s: must be a number of seconds, such as 0.5\n",
                command->name, name_length(option), option->name, value);
        return EXIT_USAGE;
    }
    return ARGS_RUN;
}

/* Finds "--name", "--name=value", "-n", and "-nVALUE". */
static const struct arg_option *find_option(const struct arg_command *command, const char *argument)
{
    const bool is_long = argument[1] == '-';
    const char *name = argument + (is_long ? 2 : 1);
    const size_t length = strcspn(name, "=");
    for (size_t i = 0; i < command->option_count; i++) {
        const struct arg_option *option = &command->options[i];
        const size_t own = (size_t)name_length(option);
        if (!is_long && (own == 1 ? option->name[0] : letter_of(option)) == name[0])
            return option;
        if (is_long && own > 1 && own == length && strncmp(option->name, name, length) == 0)
            return option;
    }
    return NULL;
}

/* What stands in the same argument: behind "=", or at once behind a letter; NULL: nothing. */
static const char *value_within(const char *argument)
{
    if (argument[1] != '-')
        return argument[2] == '=' ? argument + 3 : argument[2] ? argument + 2 : NULL;
    const char *value = strchr(argument, '=');
    return value ? value + 1 : NULL;
}

/* Reads the option at argv[*at], and its value from there or from the next argument. */
static int read_option(const struct arg_command *command, int argc, char **argv, int *at)
{
    const char *argument = argv[*at];
    const struct arg_option *option = find_option(command, argument);
    if (!option)
        return usage_error(command, "unknown option", argument);
    const char *value = value_within(argument);
    if (option->flag) {
        if (value)
            return usage_error(command,
                               argument[1] == '-' || argument[2] == '=' ? "option takes no value:"
                                                                        : "unknown option",
                               argument);
        *option->flag = true;
        return ARGS_RUN;
    }
    if (value)
        return take_value(command, option, value);
    if (*at + 1 >= argc) {
        fprintf(stderr, "ipsock %s: option '%s' needs a value %s\nTry 'ipsock %s --help'.\n",
                command->name, argument, option->value, command->name);
        return EXIT_USAGE;
    }
    return take_value(command, option, argv[++*at]);
}

static bool add_operand(const struct arg_command *command, const char *argument)
{
    struct arg_list *list = command->operands;
    if (list->count == ARG_LIST_MAX)
        return false;
    list->values[list->count++] = argument;
    return true;
}

int args_parse(const struct arg_command *command, int argc, char **argv, const char **operand)
{
    bool only_operands = false;
    const char *found = NULL;
    for (int i = 0; i < argc; i++) {
        const char *argument = argv[i];
        if (only_operands || argument[0] != '-' || !argument[1]) {
            if (!command->operand || (command->operands ? !add_operand(command, argument) : !!found))
                return usage_error(command, "unexpected argument", argument);
            found = argument;
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            print_help(command);
            return finish_output(EXIT_OK);
        } else {
            const int result = read_option(command, argc, argv, &i);
            if (result != ARGS_RUN)
                return result;
        }
    }
    if (command->operand && !found)
        return usage_error(command, "missing argument", command->operand);
    if (operand)
        *operand = found;
    return ARGS_RUN;
}
