// SPDX-License-Identifier: BSD-2-Clause
/* A UDP listener that hears only what begins with a word.
 *
 *     bpf_filter PORT [WORD]
 *
 * The word (by default "hello", at most 16 bytes) is made into a program of classic BPF, which is
 * attached to the endpoint. On Linux the kernel runs it, and nothing else wakes the listener;
 * elsewhere the library runs it, and counts what it drops. Each datagram that comes through is
 * shown with its peer. Ctrl-C, or a datagram with "bye" right after the word, ends the listener.
 */
#include <ipsock/ipsock.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST    16
#define UDP_HEADER 8 /* programs on UDP endpoints see it before the payload */

static volatile sig_atomic_t stop;

static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static int fail(struct ipsock_endpoint *s, int direction)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, direction, text, sizeof text);
    fprintf(stderr, "bpf_filter: %s\n", text);
    return 1;
}

/* One load and one comparison for each byte; the first that differs jumps to the end. */
static size_t make_program(struct ipsock_bpf_instruction *program, const char *word)
{
    const size_t length = strlen(word);
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        const struct ipsock_bpf_instruction load = IPSOCK_BPF_LOAD8(UDP_HEADER + i);
        // Behind this one: two instructions for each byte to come, and the first verdict.
        const struct ipsock_bpf_instruction test =
            IPSOCK_BPF_IF_EQUAL((uint8_t)word[i], 0, 2 * (length - i) - 1);
        program[count++] = load;
        program[count++] = test;
    }
    program[count++] = (struct ipsock_bpf_instruction)IPSOCK_BPF_ACCEPT;
    program[count++] = (struct ipsock_bpf_instruction)IPSOCK_BPF_DROP;
    return count;
}

/* Attached before anybody knows the port, so that nothing comes past the program. */
static int attach(struct ipsock_endpoint *s, const char *word)
{
    char text[IPSOCK_ADDR_TEXT];
    struct ipsock_addr local;
    struct ipsock_bpf_instruction program[2 * LONGEST + 2];
    struct ipsock_capability_answer how;
    const size_t count = make_program(program, word);
    if (ipsock_set_bpf(s, program, count) < 0 || ipsock_local_addr(s, &local) < 0)
        return fail(s, IPSOCK_SETUP);
    ipsock_addr_format(&local, text, sizeof text);
    printf("listening on %s\n", text);
    if (ipsock_capability(s, 0, IPSOCK_UNSPEC, IPSOCK_FEATURE_BPF, &how) == 0)
        printf("%zu instructions, run by %s\n", count, how.mechanism);
    fflush(stdout);
    return 0;
}

static int listen_on(struct ipsock_endpoint *s, const char *word)
{
    char data[1024], peer[IPSOCK_ADDR_TEXT];
    const size_t skip = strlen(word);
    while (!stop) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        ipsock_message_init(&message, &buffer, data, sizeof data);
        ipsock_set_read_deadline(s, ipsock_now() + 200 * IPSOCK_MILLISECOND);
        const int result = ipsock_recv(s, &message, 0);
        if (result == IPSOCK_ETIMEDOUT)
            continue;
        if (result < 0)
            return fail(s, IPSOCK_READ);
        ipsock_addr_format(&message.peer, peer, sizeof peer);
        printf("%s: %.*s\n", peer, (int)message.length, data);
        fflush(stdout);
        if (message.length >= skip + 3 && memcmp(data + skip, "bye", 3) == 0)
            break;
    }
    struct ipsock_counters counters;
    if (ipsock_get_counters(s, &counters, sizeof counters) == 0)
        printf("dropped by the library: %" PRIu64 "\n", counters.filter_discards);
    return 0;
}

int main(int argc, char **argv)
{
    char text[IPSOCK_ERROR_TEXT];
    char *end = NULL;
    struct ipsock_endpoint *s = NULL;
    struct ipsock_error error;
    struct ipsock_config config;
    const unsigned long port = argc > 1 ? strtoul(argv[1], &end, 10) : 0;
    const char *word = argc > 2 ? argv[2] : "hello";
    if (argc < 2 || argc > 3 || end == argv[1] || *end || port > 65535 || strlen(word) > LONGEST) {
        fprintf(stderr, "Usage: bpf_filter PORT [WORD] (0: the system chooses)\n");
        return 2;
    }
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_any(IPSOCK_IPV4, (uint16_t)port);
    config.error = &error;
    if (ipsock_open(&s, &config) < 0) {
        ipsock_error_format(&error, text, sizeof text);
        fprintf(stderr, "bpf_filter: %s\n", text);
        return 1;
    }
    int result = attach(s, word);
    if (result == 0) {
        signal(SIGINT, on_interrupt);
        result = listen_on(s, word);
    }
    ipsock_free(s);
    return result;
}
