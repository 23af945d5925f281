// SPDX-License-Identifier: BSD-2-Clause
/* Linux itself on the same programs and packets, found at random: which programs are valid, and
 * what each makes of each packet. BPF-06. The packets go through a socket pair, so that the program
 * sees them from their first byte. Linux. */
#include "unit.h"

#include <ipsock/ipsock.h>

#ifdef __linux__
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/codec/instruction.h"
#include "core/codec/program.h"
#include "core/codec/program_run.h"

#define LONGEST 24
#define PACKET  48

static int sender, receiver;

static bool attach(const struct ipsock_bpf_instruction *program, size_t count)
{
    struct sock_filter filter[LONGEST];
    const struct sock_fprog fprog = {(unsigned short)count, filter};
    memcpy(filter, program, count * sizeof *program);
    return setsockopt(receiver, SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof fprog) == 0;
}

static int set_up(void **state)
{
    (void)state;
    int pair[2];
    const struct ipsock_bpf_instruction nothing[] = {IPSOCK_BPF_DROP};
    char byte;
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    sender = pair[0];
    receiver = pair[1];
    /* qemu-user and the like */
    const bool real = attach(nothing, 1) && send(sender, "x", 1, 0) == 1 &&
                      recv(receiver, &byte, 1, MSG_DONTWAIT) < 0;
    if (!real) {
        print_message("skip: no socket filters here\n");
        close(sender);
        sender = -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(sender);
    close(receiver);
    return 0;
}

/* What arrives of a packet: bytes, or -1. */
static int pass(const uint8_t *packet, size_t length)
{
    uint8_t data[PACKET];
    assert_int_equal(send(sender, packet, length, 0), length);
    const ssize_t n = recv(receiver, data, sizeof data, MSG_DONTWAIT);
    if (n > 0)
        unit_bytes("data", data, packet, (size_t)n);
    return (int)n;
}

static uint32_t below(uint64_t *random, uint32_t n)
{
    return (uint32_t)(unit_random(random) >> 32) % n;
}

static const uint16_t codes[] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54,
    0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x94, 0x9c, 0xa4, 0xac, 0x05, 0x15, 0x1d, 0x25, 0x2d,
    0x35, 0x3d, 0x45, 0x4d, 0x06, 0x16, 0x07, 0x87, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x60,
    0x61, 0x80, 0x81, 0xb1, 0x20, 0x28, 0x30, 0x50, 0xb1, 0x04, 0x54, 0x74};

/* A number of a kind that is of interest somewhere. */
static uint32_t number(uint64_t *random)
{
    switch (below(random, 8)) {
    case 0:
        return (uint32_t)unit_random(random);
    case 1:
        return 0u - below(random, 40);
    case 2:
        return 0x80000000u + below(random, 3) - 1;
    case 3:
        return below(random, 256);
    default:
        return below(random, PACKET);
    }
}

/* An instruction that is right where it stands, but for reading what was not written. */
static struct ipsock_bpf_instruction invent(uint64_t *random, uint32_t left)
{
    struct ipsock_bpf_instruction i = {codes[below(random, COUNT(codes))], 0, 0, number(random)};
    if (left == 0)
        i.code = below(random, 2) ? IPSK_BPF_RET_A : IPSK_BPF_RET_K;
    switch (i.code & 7) {
    case 2:
    case 3:
        i.k %= 16;
        break;
    case 4:
        if ((i.code & 0xf0) == 0x60 || (i.code & 0xf0) == 0x70)
            i.k %= 32;
        else
            i.k += i.k == 0;
        break;
    case 5:
        i.jt = (uint8_t)below(random, left < 4 ? left : 4);
        i.jf = (uint8_t)below(random, left < 4 ? left : 4);
        if (i.code == IPSK_BPF_JA)
            i.k = i.jt;
        break;
    case 6: /* rare: most programs are to do something first */
        if (left != 0 && below(random, 3) != 0)
            i.code = IPSK_BPF_TAX;
        break;
    default:
        if (i.code == IPSK_BPF_LD_MEM || i.code == IPSK_BPF_LDX_MEM)
            i.k %= 16;
        else if (i.code >= IPSK_BPF_LD_W_ABS && i.code <= IPSK_BPF_LD_B_ABS && i.k >= 0x80000000u)
            i.k = below(random, PACKET); /* what lies outside is Linux' own */
    }
    return i;
}

static size_t invent_program(uint64_t *random, struct ipsock_bpf_instruction *program)
{
    const uint32_t count = 1 + below(random, LONGEST);
    for (uint32_t n = 0; n < count; n++)
        program[n] = invent(random, count - 1 - n);
    return count;
}

static void bpf_06_the_kernels_verdict_on_packets(void **state)
{
    (void)state;
    uint64_t random = 0x9e3779b97f4a7c15u;
    uint32_t valid = 0, dropped = 0, cut = 0, whole = 0;
    if (sender < 0)
        skip();
    for (int round = 0; round < 20000; round++) {
        struct ipsock_bpf_instruction program[LONGEST];
        const size_t count = invent_program(&random, program);
        size_t index = 0;
        const bool right = ipsk_program_check(program, count, &index) == IPSOCK_OK;
        if (attach(program, count) != right)
            fail_msg("round %d: the library says %d", round, right);
        if (!right)
            continue;
        valid++;
        for (int k = 0; k < 4; k++) {
            uint8_t packet[PACKET];
            const size_t length = 1 + below(&random, PACKET);
            for (size_t i = 0; i < length; i++)
                packet[i] = (uint8_t)(below(&random, 3) ? unit_random(&random) : below(&random, 3));
            const uint32_t keeps = ipsk_program_run(program, count, false, packet, length);
            const int want = keeps == 0 ? -1 : (int)(keeps < length ? keeps : length);
            const int got = pass(packet, length);
            if (got != want)
                fail_msg("round %d, packet %d: %d bytes, the library says %d", round, k, got, want);
            dropped += want < 0;
            cut += want > 0 && (size_t)want < length;
            whole += want > 0 && (size_t)want == length;
        }
    }
    /* it was worth it */
    assert_true(valid > 5000 && dropped > 2000 && cut > 500 && whole > 2000);
}

/* One field changed at random: sometimes the program is valid all the same. */
static void bpf_06_the_kernels_verdict_on_programs(void **state)
{
    (void)state;
    uint64_t random = 0x2545f4914f6cdd1du;
    uint32_t right = 0, refused = 0;
    if (sender < 0)
        skip();
    for (int round = 0; round < 60000; round++) {
        struct ipsock_bpf_instruction program[LONGEST];
        const size_t count = invent_program(&random, program);
        struct ipsock_bpf_instruction *i = &program[below(&random, (uint32_t)count)];
        size_t index = 0;
        switch (below(&random, 5)) {
        case 0:
            i->code = (uint16_t)below(&random, 0x120);
            break;
        case 1:
            i->k = number(&random);
            break;
        case 2:
            i->jt = (uint8_t)below(&random, LONGEST + 2);
            break;
        case 3:
            i->jf = (uint8_t)below(&random, LONGEST + 2);
            break;
        default:
            i->code = (uint16_t)(IPSK_BPF_LD_W_ABS + 8 * below(&random, 3));
            i->k = IPSK_BPF_ANCILLARY - 8 + below(&random, 90);
        }
        const bool ours = ipsk_program_check(program, count, &index) == IPSOCK_OK;
        if (attach(program, count) != ours)
            fail_msg("round %d: the library says %d, at %zu", round, ours, index);
        right += ours;
        refused += !ours;
    }
    assert_true(right > 5000 && refused > 5000);
}

/* Neither what lies beyond a program's reach nor how much that is matters. */
static void bpf_02_the_reach_of_programs(void **state)
{
    (void)state;
    uint64_t random = 0x9e3779b97f4a7c15u;
    uint32_t limited = 0, passed = 0;
    for (int round = 0; round < 20000; round++) {
        struct ipsock_bpf_instruction program[LONGEST];
        const size_t count = invent_program(&random, program);
        const bool udp = round % 2 != 0;
        size_t index = 0;
        if (ipsk_program_check(program, count, &index) != IPSOCK_OK ||
            ipsk_program_check_view(program, count, udp, &index) != IPSOCK_OK)
            continue;
        const size_t reach = ipsk_program_reach(program, count, udp);
        uint8_t packet[3 * PACKET];
        for (size_t i = 0; i < sizeof packet; i++)
            packet[i] = (uint8_t)(below(&random, 3) ? unit_random(&random) : below(&random, 3));
        if (reach >= sizeof packet)
            continue;
        const size_t length = reach + 1 + below(&random, (uint32_t)(sizeof packet - reach));
        const uint32_t keeps = ipsk_program_run(program, count, udp, packet, length);
        uint8_t *exact = unit_exact(packet, reach + 1); /* of the sanitizer's alarm, too */
        exact[reach] = (uint8_t)~exact[reach];
        const uint32_t again = ipsk_program_run(program, count, udp, exact, reach + 1);
        free(exact);
        if (keeps != again)
            fail_msg("round %d: %u bytes, then %u", round, keeps, again);
        limited++;
        passed += keeps != 0;
    }
    assert_true(limited > 2000 && passed > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bpf_06_the_kernels_verdict_on_packets),
        cmocka_unit_test(bpf_06_the_kernels_verdict_on_programs),
        cmocka_unit_test(bpf_02_the_reach_of_programs),
    };
    return cmocka_run_group_tests_name("program_kernel", tests, set_up, tear_down);
}
#else
int main(void)
{
    return 0;
}
#endif
