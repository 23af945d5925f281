// SPDX-License-Identifier: BSD-2-Clause
/* usage: ipsock-bench list
 *            a line per scenario: its name, and who can play it
 *        ipsock-bench versions
 *            what it was built with
 *        ipsock-bench count ROUNDS [SCENARIO|short|all [PLAYER]]
 *            to be run under callgrind (callgrind.py knows how); "short" is all but the batches of
 *            1024; a line per scenario and player, with the packets that were counted
 *        ipsock-bench selfcheck ROUNDS
 *            the same for one allocation and two system calls a round
 *        ipsock-bench time SCENARIO ROUNDS [PLAYER]
 *            all players in turn; a line for each: its name, median nanoseconds a packet, median of
 *            the first one's time divided by its own
 *        ipsock-bench segments ROUNDS
 *            segmentation offload: "ns lost-part"
 * ci/bench runs it and makes the tables. */
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

static struct side sides[PLAYERS];

static int list(void)
{
    for (const struct scenario *s = scenarios; s->name != NULL; s++) {
        printf("%s", s->name);
        for (enum player p = 0; p < PLAYERS; p++)
            if (plays(p, s))
                printf(" %s", player_names[p]);
        putchar('\n');
    }
    return 0;
}

static int versions(void)
{
    printf("built with %s\nglibc %s\n", BENCH_BUILT, gnu_get_libc_version());
    if (uv_side_version() != NULL)
        printf("libuv %s\n", uv_side_version());
    return 0;
}

/* Callgrind writes out what it has counted, and begins anew. */
__attribute__((noinline)) static void end_part(void)
{
    __asm__ volatile("");
}

static void play(struct side *side, int number)
{
    const struct round round = round_of(number);
    before_round(side, &round);
    play_round(side);
    after_round(side, &round);
}

/* A part that is thrown away, of what comes once, and one that counts. */
static void count(const struct scenario *scenario, enum player player, int rounds)
{
    struct side *side = &sides[player];
    if (!open_side(side, scenario, player))
        return;
    play(side, 0);
    end_part();
    for (int i = 1; i <= rounds; i++)
        play(side, i);
    end_part();
    close_side(side);
    printf("%s %s %u\n", scenario->name, player_names[player], side->packets * (unsigned)rounds);
}

static bool is_meant(const struct scenario *scenario, const char *name)
{
    if (strcmp(name, "short") == 0)
        return scenario->batch <= PACKETS;
    return strcmp(name, "all") == 0 || strcmp(name, scenario->name) == 0;
}

static int count_all(int rounds, const char *name, const char *player)
{
    for (const struct scenario *s = scenarios; s->name != NULL; s++)
        for (enum player p = 0; p < PLAYERS; p++)
            if (plays(p, s) && is_meant(s, name) &&
                (player == NULL || strcmp(player_names[p], player) == 0))
                count(s, p, rounds);
    return 0;
}

static int selfcheck(int rounds)
{
    play_selfcheck();
    end_part();
    for (int i = 0; i < rounds; i++)
        play_selfcheck();
    end_part();
    printf("selfcheck - %d\n", rounds);
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
    return (end - start) / side->packets;
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

static void print_times(enum player player, const double *first, double *own, int rounds)
{
    double *ratios = malloc((size_t)rounds * sizeof *ratios);
    require(ratios != NULL, "malloc");
    for (int i = 0; i < rounds; i++)
        ratios[i] = first[i] / own[i];
    const double ratio = median(ratios, rounds);
    free(ratios);
    printf("%s %.1f %.4f\n", player_names[player], median(own, rounds), ratio);
}

/* Whose turn it is of n. Each begins as often, and comes as often after each of the others, for
 * what it finds in the caches depends on that. */
static int whose(int round, int turn, int n)
{
    return (round / 2 + (round & 1 ? n - 1 - turn : turn)) % n;
}

/* The sides take turns a round at a time, so that what disturbs the machine disturbs all. */
static int rate(const struct scenario *scenario, int rounds, const char *player)
{
    enum player players[PLAYERS];
    int n = 0;
    double *times[PLAYERS];
    for (enum player p = 0; p < PLAYERS; p++) {
        if (!plays(p, scenario) || (player != NULL && strcmp(player_names[p], player) != 0))
            continue;
        if (!open_side(&sides[p], scenario, p))
            return 3;
        times[n] = malloc((size_t)rounds * sizeof *times[n]);
        require(times[n] != NULL, "malloc");
        players[n++] = p;
    }
    for (int i = -10; i < rounds; i++)
        for (int turn = 0; turn < n; turn++) {
            const int who = whose(i + 10, turn, n);
            const double ns = timed(&sides[players[who]], i + 10);
            if (i >= 0)
                times[who][i] = ns;
        }
    for (int who = n - 1; who >= 0; who--) { /* the first, which is sorted by it, last */
        print_times(players[who], times[0], times[who], rounds);
        close_side(&sides[players[who]]);
    }
    for (int who = 0; who < n; who++)
        free(times[who]);
    return 0;
}

static int usage(void)
{
    fputs("usage: ipsock-bench list | versions | selfcheck ROUNDS | segments ROUNDS\n"
          "       ipsock-bench count ROUNDS [SCENARIO|short|all [PLAYER]]\n"
          "       ipsock-bench time SCENARIO ROUNDS [PLAYER]\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    const int rounds = argc > 2 ? atoi(argv[argc > 3 && strcmp(command, "time") == 0 ? 3 : 2]) : 0;
    if (argc == 2 && strcmp(command, "list") == 0)
        return list();
    if (argc == 2 && strcmp(command, "versions") == 0)
        return versions();
    if (rounds <= 0 || argc > 5)
        return usage();
    if (argc == 3 && strcmp(command, "selfcheck") == 0)
        return selfcheck(rounds);
    if (argc == 3 && strcmp(command, "segments") == 0)
        return segments(rounds);
    if (strcmp(command, "count") == 0)
        return count_all(rounds, argc > 3 ? argv[3] : "all", argc > 4 ? argv[4] : NULL);
    if (argc > 3 && strcmp(command, "time") == 0 && find_scenario(argv[2]) != NULL)
        return rate(find_scenario(argv[2]), rounds, argc > 4 ? argv[4] : NULL);
    return usage();
}
