// SPDX-License-Identifier: BSD-2-Clause
/* Text in and out is UTF-8, as the library's names are. Windows has to be asked for it. */
#include "tool.h"

#ifdef _WIN32
#include <stdlib.h>

#include <windows.h>

#include <fcntl.h>
#include <io.h>

#include <shellapi.h>

static UINT console_before;

static void restore_console(void)
{
    SetConsoleOutputCP(console_before);
}

static char *utf8_of(const wchar_t *text)
{
    const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *copy = size > 0 ? malloc((size_t)size) : NULL;
    if (copy != NULL)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, copy, size, NULL, NULL);
    return copy;
}

/* What main is given is in the system's code page, without the characters that it lacks. */
static void read_arguments(int *argc, char ***argv)
{
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **all = calloc((size_t)count + 1, sizeof *all);
    int done = 0;
    while (wide != NULL && all != NULL && done < count && (all[done] = utf8_of(wide[done])) != NULL)
        done++;
    LocalFree(wide);
    if (count > 0 && done == count) {
        *argc = count;
        *argv = all; // until the program ends
    }
}

void use_utf8(int *argc, char ***argv)
{
    console_before = GetConsoleOutputCP(); // 0: there is no console
    if (console_before != 0 && SetConsoleOutputCP(CP_UTF8))
        atexit(restore_console);
    read_arguments(argc, argv);
}

void binary_streams(void)
{
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
}

#else

void binary_streams(void)
{
}

void use_utf8(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}
#endif
