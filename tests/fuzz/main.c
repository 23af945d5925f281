// SPDX-License-Identifier: BSD-2-Clause
/* Runs a fuzzer on files without libFuzzer: seeds are tests in every build. Each file is one case:
 * its bytes, all their prefixes, and each byte changed in some ways. With --only, the bytes alone.
 */
#include "fuzz.h"

#define MOST 65536

static uint8_t seed[MOST];

/* On copies of exactly that size. */
static void run(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = fuzz_copy(bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_neighbours(size_t size)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    for (size_t length = 0; length < size; length++)
        run(seed, length);
    for (size_t i = 0; i < size; i++) {
        const uint8_t before = seed[i];
        for (size_t k = 0; k < COUNT(values); k++) {
            seed[i] = values[k];
            run(seed, size);
        }
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            seed[i] = (uint8_t)(before ^ bit);
            run(seed, size);
        }
        seed[i] = before;
    }
}

int main(int argc, char **argv)
{
    const bool only = argc > 1 && strcmp(argv[1], "--only") == 0;
    for (int i = only ? 2 : 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        const char *name = slash != NULL ? slash + 1 : argv[i];
        FILE *file = fopen(argv[i], "rb");
        printf("[ RUN      ] %s\n", name);
        fflush(stdout);
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        const size_t size = fread(seed, 1, sizeof seed, file);
        fclose(file);
        run(seed, size);
        if (!only)
            run_neighbours(size);
        printf("[       OK ] %s\n", name);
    }
    return 0;
}
