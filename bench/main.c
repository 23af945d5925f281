// SPDX-License-Identifier: BSD-2-Clause
/* usage: ipsock-bench list
 *        ipsock-bench count SCENARIO hand|ours ROUNDS   to be run under callgrind
 *        ipsock-bench selfcheck ROUNDS                  one allocation, two system calls a round
 *        ipsock-bench time SCENARIO ROUNDS              both sides in turn; prints
 *                                                       "hand-ns ours-ns ratio", medians a packet
 *        ipsock-bench segments ROUNDS                   segmentation offload: "ns lost-part"
 * ci/bench runs it and makes the tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

static struct side hand, ours;

static int list(void)
{
    for (const struct scenario *s = scenarios; s->name != NULL; s++)
        puts(s->name);
    return 0;
}

static int count(const struct scenario *scenario, bool is_ours, int rounds)
{
    open_side(&ours, scenario, is_ours);
    for (int i = 0; i < rounds; i++) {
        const struct round round = round_of(i);
        before_round(&ours, &round);
        play_round(&ours);
        after_round(&ours, &round);
    }
    close_side(&ours);
    return 0;
}

static double clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds a packet. */
static double timed(struct side *side, int number)
{
    const struct round round = round_of(number);
    before_round(side, &round);
    const double start = clock_ns();
    play_round(side);
    const double end = clock_ns();
    after_round(side, &round);
    return (end - start) / BATCH;
}

static int segments(int rounds)
{
    double lost;
    const double ns = time_segments(clock_ns, rounds, &lost);
    printf("%.1f %.4f\n", ns, lost);
    return 0;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return values[n / 2];
}

/* The sides take turns a round at a time, so that what disturbs the machine disturbs both. */
static int rate(const struct scenario *scenario, int rounds)
{
    double *values = malloc((size_t)rounds * 3 * sizeof *values);
    require(values != NULL, "malloc");
    double *a = values;
    double *b = a + rounds;
    double *ratio = b + rounds;
    open_side(&hand, scenario, false);
    open_side(&ours, scenario, true);
    for (int i = -10; i < rounds; i++) {
        const bool swap = i & 1; /* who goes first finds the caches colder */
        const double first = timed(swap ? &ours : &hand, i + 10);
        const double second = timed(swap ? &hand : &ours, i + 10);
        if (i < 0)
            continue;
        a[i] = swap ? second : first;
        b[i] = swap ? first : second;
        ratio[i] = a[i] / b[i];
    }
    close_side(&hand);
    close_side(&ours);
    printf("%.1f %.1f %.4f\n", median(a, rounds), median(b, rounds), median(ratio, rounds));
    free(values);
    return 0;
}

int main(int argc, char **argv)
{
    const struct scenario *scenario = argc > 2 ? find_scenario(argv[2]) : NULL;
    const int rounds = argc > 2 ? atoi(argv[argc - 1]) : 0;
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    if (argc == 3 && strcmp(argv[1], "selfcheck") == 0) {
        for (int i = 0; i < rounds; i++)
            play_selfcheck();
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "segments") == 0 && rounds > 0)
        return segments(rounds);
    if (scenario != NULL && rounds > 0) {
        if (argc == 5 && strcmp(argv[1], "count") == 0)
            return count(scenario, strcmp(argv[3], "ours") == 0, rounds);
        if (argc == 4 && strcmp(argv[1], "time") == 0)
            return rate(scenario, rounds);
    }
    fputs("usage: ipsock-bench list\n"
          "       ipsock-bench count SCENARIO hand|ours ROUNDS\n"
          "       ipsock-bench selfcheck ROUNDS\n"
          "       ipsock-bench segments ROUNDS\n"
          "       ipsock-bench time SCENARIO ROUNDS\n",
          stderr);
    return 2;
}
