// SPDX-License-Identifier: BSD-2-Clause
/* Which programs are valid, and what they do to a packet. BPF-03, BPF-04, BPF-06. The same against
 * the kernel: test_program_kernel.c. */
#include "unit.h"

#include "core/codec/instruction.h"
#include "core/codec/program.h"
#include "core/codec/program_run.h"

#define OP(code, k)           IPSOCK_BPF_STATEMENT(code, k)
#define JUMP(code, k, jt, jf) IPSOCK_BPF_JUMP(code, k, jt, jf)
#define PASS                  IPSOCK_BPF_ACCEPT

typedef struct ipsock_bpf_instruction instruction;

/* Every code that there is (bpf(4), and Linux' MOD and XOR). */
static const uint16_t codes[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c,
                                 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c,
                                 0x84, 0x94, 0x9c, 0xa4, 0xac, 0x05, 0x15, 0x1d, 0x25, 0x2d,
                                 0x35, 0x3d, 0x45, 0x4d, 0x06, 0x16, 0x07, 0x87, 0x20, 0x28,
                                 0x30, 0x40, 0x48, 0x50, 0x60, 0x61, 0x80, 0x81, 0xb1};

static void bpf_06_codes_that_there_are(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= UINT16_MAX; code++) {
        bool known = false;
        size_t index = 77;
        for (size_t i = 0; i < COUNT(codes); i++)
            known = known || codes[i] == code;
        /* words that the loads from scratch memory find, a divisor, a shift and a jump of 1 */
        const instruction program[] = {OP(IPSK_BPF_ST, 1), OP(code, 1), PASS, PASS};
        unit_int("code", ipsk_program_check(program, 4, &index),
                 known ? IPSOCK_OK : IPSOCK_EPROGRAM);
        if (!known)
            unit_int("index", (int64_t)index, 1);
    }
}

/* One that is wrong somewhere, and where. */
#define MOST 8
static const struct {
    const char *why;
    size_t count, index;
    instruction program[MOST];
} wrong[] = {
    {"no verdict", 1, 0, {OP(IPSK_BPF_LD_IMM, 0)}},
    {"no verdict at the end", 2, 1, {PASS, OP(IPSK_BPF_TAX, 0)}},
    {"verdict of X", 1, 0, {OP(0x0e, 0)}},
    {"code over 8 bits", 2, 0, {OP(0x106, 0), PASS}},
    {"division by 0", 2, 0, {OP(IPSK_BPF_DIV, 0), PASS}},
    {"modulo 0", 3, 1, {OP(IPSK_BPF_LD_IMM, 0), OP(IPSK_BPF_MOD, 0), PASS}},
    {"shift", 2, 0, {OP(IPSK_BPF_LSH, 32), PASS}},
    {"shift", 2, 0, {OP(IPSK_BPF_RSH, 0x80000000u), PASS}},
    {"scratch", 2, 0, {OP(IPSK_BPF_ST, 16), PASS}},
    {"scratch", 2, 0, {OP(IPSK_BPF_STX, 0xffffffffu), PASS}},
    {"scratch", 3, 1, {OP(IPSK_BPF_ST, 0), OP(IPSK_BPF_LD_MEM, 16), PASS}},
    {"scratch", 3, 1, {OP(IPSK_BPF_ST, 0), OP(IPSK_BPF_LDX_MEM, 17), PASS}},
    {"not written", 2, 0, {OP(IPSK_BPF_LD_MEM, 0), PASS}},
    {"not written", 3, 1, {OP(IPSK_BPF_ST, 3), OP(IPSK_BPF_LDX_MEM, 4), PASS}},
    {"written on one way only",
     4,
     2,
     {JUMP(IPSK_BPF_JEQ, 0, 1, 0), OP(IPSK_BPF_ST, 5), OP(IPSK_BPF_LD_MEM, 5), PASS}},
    {"written where it is jumped over",
     4,
     2,
     {OP(IPSK_BPF_JA, 1), OP(IPSK_BPF_ST, 5), OP(IPSK_BPF_LD_MEM, 5), PASS}},
    {"jump to the end", 2, 0, {OP(IPSK_BPF_JA, 1), PASS}},
    {"jump back", 3, 1, {PASS, OP(IPSK_BPF_JA, 0xffffffffu), PASS}},
    {"jump far", 2, 0, {OP(IPSK_BPF_JA, 0xfffffffeu), PASS}},
    {"branch to the end", 2, 0, {JUMP(IPSK_BPF_JEQ, 0, 1, 0), PASS}},
    {"branch to the end", 2, 0, {JUMP(IPSK_BPF_JGT, 0, 0, 1), PASS}},
    {"branch beyond", 3, 1, {PASS, JUMP(IPSK_BPF_JSET | IPSK_BPF_X, 0, 0, 255), PASS}},
    {"jump last", 2, 1, {PASS, OP(IPSK_BPF_JA, 0)}},
    {"no such ancillary", 2, 0, {OP(IPSK_BPF_LD_W_ABS, 0xfffff000u + 64), PASS}},
    {"no such ancillary", 2, 0, {OP(IPSK_BPF_LD_B_ABS, 0xfffff000u + 1), PASS}},
    {"no such ancillary", 2, 0, {OP(IPSK_BPF_LD_H_ABS, 0xffffffffu), PASS}},
    {"the first of two", 3, 0, {OP(IPSK_BPF_DIV, 0), OP(IPSK_BPF_MOD, 0), PASS}},
    {"an operand before a missing end", 2, 0, {OP(IPSK_BPF_DIV, 0), OP(IPSK_BPF_TAX, 0)}},
};

static void bpf_06_what_is_wrong_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t index = 77;
        instruction *exact =
            unit_exact(wrong[i].program, wrong[i].count * sizeof wrong[i].program[0]);
        unit_int(wrong[i].why, ipsk_program_check(exact, wrong[i].count, &index), IPSOCK_EPROGRAM);
        unit_int(wrong[i].why, (int64_t)index, (int64_t)wrong[i].index);
        free(exact);
    }
}

static const struct {
    size_t count;
    instruction program[MOST];
} right[] = {
    {1, {PASS}},
    {1, {OP(IPSK_BPF_RET_A, 0)}},
    {2, {OP(IPSK_BPF_LSH, 31), PASS}},
    {3, {OP(IPSK_BPF_STX, 15), OP(IPSK_BPF_LD_MEM, 15), PASS}},
    {2, {OP(IPSK_BPF_LD_W_ABS, 0xfffff000u), PASS}},
    {2, {OP(IPSK_BPF_LD_B_ABS, 0xfffff000u + 60), PASS}},
    {2, {OP(IPSK_BPF_LD_W_ABS, 0xffffefffu), PASS}},
    /* indexed: what it comes to is seen when it runs */
    {2, {OP(IPSK_BPF_LD_W_IND, 0xfffff001u), PASS}},
    {3, {JUMP(IPSK_BPF_JEQ, 0, 1, 0), PASS, PASS}},
    /* written on both ways */
    {6,
     {JUMP(IPSK_BPF_JEQ, 0, 0, 2), OP(IPSK_BPF_ST, 5), OP(IPSK_BPF_JA, 1), OP(IPSK_BPF_STX, 5),
      OP(IPSK_BPF_LD_MEM, 5), PASS}},
    /* what no way leads to reads what it likes */
    {3, {OP(IPSK_BPF_JA, 1), OP(IPSK_BPF_LD_MEM, 7), PASS}},
};

static void bpf_06_what_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(right); i++) {
        size_t index = 77;
        unit_int("right", ipsk_program_check(right[i].program, right[i].count, &index), IPSOCK_OK);
    }
}

static void bpf_04_the_longest(void **state)
{
    (void)state;
    size_t index = 77;
    instruction *program = calloc(IPSOCK_BPF_MAX, sizeof *program);
    assert_non_null(program);
    program[IPSOCK_BPF_MAX - 1].code = IPSK_BPF_RET_A;
    unit_int("longest", ipsk_program_check(program, IPSOCK_BPF_MAX, &index), IPSOCK_OK);
    program[0] = (instruction)JUMP(IPSK_BPF_JA, IPSOCK_BPF_MAX - 2, 0, 0);
    unit_int("longest jump", ipsk_program_check(program, IPSOCK_BPF_MAX, &index), IPSOCK_OK);
    program[0].k++;
    unit_int("too far", ipsk_program_check(program, IPSOCK_BPF_MAX, &index), IPSOCK_EPROGRAM);
    unit_int("index", (int64_t)index, 0);
    free(program);
}

/* BPF-02: of UDP the library sees all of the header but the checksum. */
static void bpf_02_what_the_library_cannot_see(void **state)
{
    (void)state;
    static const struct {
        instruction load;
        bool udp, other;
    } cases[] = {
        {OP(IPSK_BPF_LD_H_ABS, 0), true, true},
        {OP(IPSK_BPF_LD_W_ABS, 0), true, true},
        {OP(IPSK_BPF_LD_W_ABS, 2), true, true},
        {OP(IPSK_BPF_LD_W_ABS, 3), false, true},
        {OP(IPSK_BPF_LD_H_ABS, 4), true, true},
        {OP(IPSK_BPF_LD_H_ABS, 5), false, true},
        {OP(IPSK_BPF_LD_B_ABS, 5), true, true},
        {OP(IPSK_BPF_LD_B_ABS, 6), false, true},
        {OP(IPSK_BPF_LD_B_ABS, 7), false, true},
        {OP(IPSK_BPF_LD_W_ABS, 7), false, true},
        {OP(IPSK_BPF_LD_B_ABS, 8), true, true},
        {OP(IPSK_BPF_LD_W_ABS, 8), true, true},
        {OP(IPSK_BPF_LDX_B_MSH, 5), true, true},
        {OP(IPSK_BPF_LDX_B_MSH, 6), false, true},
        {OP(IPSK_BPF_LDX_B_MSH, 7), false, true},
        {OP(IPSK_BPF_LDX_B_MSH, 8), true, true},
        {OP(IPSK_BPF_LD_B_IND, 7), false, true},
        {OP(IPSK_BPF_LD_W_IND, 0), false, true},
        {OP(IPSK_BPF_LD_H_IND, 8), true, true},
        {OP(IPSK_BPF_LD_W_LEN, 0), true, true},
        {OP(IPSK_BPF_LD_W_ABS, 0xffdfffffu), true, true}, /* lies outside everywhere */
        {OP(IPSK_BPF_LD_W_ABS, 0xffe00000u), false, false},
        {OP(IPSK_BPF_LD_B_ABS, 0xfff00009u), false, false},
        {OP(IPSK_BPF_LD_W_ABS, 0xfffff008u), false, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const instruction program[] = {OP(IPSK_BPF_TAX, 0), cases[i].load, PASS};
        size_t index = 77;
        unit_int("valid", ipsk_program_check(program, 3, &index), IPSOCK_OK);
        for (int udp = 0; udp < 2; udp++) {
            const bool seen = udp ? cases[i].udp : cases[i].other;
            unit_int("view", ipsk_program_check_view(program, 3, udp, &index),
                     seen ? IPSOCK_OK : IPSOCK_EFILTERVIEW);
            if (!seen)
                unit_int("index", (int64_t)index, 1);
        }
    }
}

/* And an index that comes back to it drops the packet. */
static void bpf_02_indexed_loads_of_the_checksum(void **state)
{
    (void)state;
    static const uint8_t udp[] = {0, 53, 0, 1, 0, 12, 0xbe, 0xef, 1, 2, 3, 4};
    static const uint16_t loads[] = {IPSK_BPF_LD_W_IND, IPSK_BPF_LD_H_IND, IPSK_BPF_LD_B_IND};
    for (size_t i = 0; i < COUNT(loads); i++) {
        const uint32_t width = 4u >> i;
        for (uint32_t at = 0; at + width <= sizeof udp; at++) {
            const bool meets = at < 8 && at + width > 6;
            const instruction program[] = {OP(IPSK_BPF_LDX_IMM, at - 8), OP(loads[i], 8), PASS};
            size_t index = 77;
            unit_int("view", ipsk_program_check_view(program, 3, true, &index), IPSOCK_OK);
            unit_int("udp", ipsk_program_run(program, 3, true, udp, sizeof udp) == 0, meets);
            unit_int("other", ipsk_program_run(program, 3, false, udp, sizeof udp), UINT32_MAX);
        }
    }
}

/* A, X and memory made known through the verdict. */
static const uint8_t packet[] = {0x45, 0x01, 0x02, 0x03, 0xff, 0x80, 0x7f, 0xfe};
static const struct {
    const char *what;
    uint32_t verdict;
    size_t count;
    instruction program[MOST];
} runs[] = {
    {"constant", 7, 1, {OP(IPSK_BPF_RET_K, 7)}},
    {"A begins at 0", 0, 1, {OP(IPSK_BPF_RET_A, 7)}},
    {"X begins at 0", 0, 2, {OP(IPSK_BPF_TXA, 0), OP(IPSK_BPF_RET_A, 0)}},
    {"byte", 0x45, 2, {IPSOCK_BPF_LOAD8(0), OP(IPSK_BPF_RET_A, 0)}},
    {"last byte", 0xfe, 2, {IPSOCK_BPF_LOAD8(7), OP(IPSK_BPF_RET_A, 0)}},
    {"half", 0xff80, 2, {IPSOCK_BPF_LOAD16(4), OP(IPSK_BPF_RET_A, 0)}},
    {"word", 0xff807ffe, 2, {IPSOCK_BPF_LOAD32(4), OP(IPSK_BPF_RET_A, 0)}},
    {"byte beyond", 0, 2, {IPSOCK_BPF_LOAD8(8), PASS}},
    {"half beyond", 0, 2, {IPSOCK_BPF_LOAD16(7), PASS}},
    {"word beyond", 0, 2, {IPSOCK_BPF_LOAD32(5), PASS}},
    {"far beyond", 0, 2, {IPSOCK_BPF_LOAD32(0xfffff000u), PASS}},
    {"length", 8, 2, {IPSOCK_BPF_LOAD_LENGTH, OP(IPSK_BPF_RET_A, 0)}},
    {"length in X", 8, 3, {OP(IPSK_BPF_LDX_W_LEN, 0), OP(IPSK_BPF_TXA, 0), OP(IPSK_BPF_RET_A, 0)}},
    {"header length",
     20,
     3,
     {IPSOCK_BPF_LOAD_HEADER_LENGTH(0), OP(IPSK_BPF_TXA, 0), OP(IPSK_BPF_RET_A, 0)}},
    {"header length leaves A",
     9,
     3,
     {OP(IPSK_BPF_LD_IMM, 9), IPSOCK_BPF_LOAD_HEADER_LENGTH(0), OP(IPSK_BPF_RET_A, 0)}},
    {"header length beyond", 0, 2, {IPSOCK_BPF_LOAD_HEADER_LENGTH(8), PASS}},
    {"indexed byte",
     0x03,
     3,
     {OP(IPSK_BPF_LDX_IMM, 1), IPSOCK_BPF_LOAD8_X(2), OP(IPSK_BPF_RET_A, 0)}},
    {"indexed half",
     0x0203,
     3,
     {OP(IPSK_BPF_LDX_IMM, 1), IPSOCK_BPF_LOAD16_X(1), OP(IPSK_BPF_RET_A, 0)}},
    {"indexed word",
     0x010203ff,
     3,
     {OP(IPSK_BPF_LDX_IMM, 1), IPSOCK_BPF_LOAD32_X(0), OP(IPSK_BPF_RET_A, 0)}},
    {"indexed beyond", 0, 3, {OP(IPSK_BPF_LDX_IMM, 5), IPSOCK_BPF_LOAD32_X(0), PASS}},
    {"index wraps round",
     0x02,
     3,
     {OP(IPSK_BPF_LDX_IMM, 0xffffffffu), IPSOCK_BPF_LOAD8_X(3), OP(IPSK_BPF_RET_A, 0)}},
    {"memory",
     0x45,
     5,
     {IPSOCK_BPF_LOAD8(0), OP(IPSK_BPF_ST, 15), OP(IPSK_BPF_LD_IMM, 1), OP(IPSK_BPF_LD_MEM, 15),
      OP(IPSK_BPF_RET_A, 0)}},
    {"memory of X",
     6,
     5,
     {OP(IPSK_BPF_LDX_IMM, 6), OP(IPSK_BPF_STX, 2), OP(IPSK_BPF_LDX_MEM, 2), OP(IPSK_BPF_TXA, 0),
      OP(IPSK_BPF_RET_A, 0)}},
    {"sum wraps round",
     1,
     3,
     {OP(IPSK_BPF_LD_IMM, 0xffffffffu), OP(IPSK_BPF_ADD, 2), OP(IPSK_BPF_RET_A, 0)}},
    {"difference",
     0xffffffffu,
     3,
     {OP(IPSK_BPF_LD_IMM, 1), OP(IPSK_BPF_SUB, 2), OP(IPSK_BPF_RET_A, 0)}},
    {"product",
     0xfffffffeu,
     3,
     {OP(IPSK_BPF_LD_IMM, 0x7fffffff), OP(IPSK_BPF_MUL, 2), OP(IPSK_BPF_RET_A, 0)}},
    {"quotient without sign",
     0x7fffffffu,
     3,
     {OP(IPSK_BPF_LD_IMM, 0xfffffffeu), OP(IPSK_BPF_DIV, 2), OP(IPSK_BPF_RET_A, 0)}},
    {"remainder",
     3,
     3,
     {OP(IPSK_BPF_LD_IMM, 0xfffffffbu), OP(IPSK_BPF_MOD, 8), OP(IPSK_BPF_RET_A, 0)}},
    {"division by X of 0", 0, 2, {OP(IPSK_BPF_DIV | IPSK_BPF_X, 5), PASS}},
    {"modulo X of 0", 0, 2, {OP(IPSK_BPF_MOD | IPSK_BPF_X, 5), PASS}},
    {"negation",
     0xffffff80u,
     3,
     {OP(IPSK_BPF_LD_IMM, 0x80), OP(IPSK_BPF_NEG, 0), OP(IPSK_BPF_RET_A, 0)}},
    {"shift by X",
     2,
     4,
     {OP(IPSK_BPF_LD_IMM, 1), OP(IPSK_BPF_LDX_IMM, 33), OP(IPSK_BPF_LSH | IPSK_BPF_X, 0),
      OP(IPSK_BPF_RET_A, 0)}},
    {"or, and, xor",
     0x5a,
     5,
     {OP(IPSK_BPF_LD_IMM, 0x0f), OP(IPSK_BPF_OR, 0xf0), OP(IPSK_BPF_AND, 0xa5),
      OP(IPSK_BPF_XOR, 0xff), OP(IPSK_BPF_RET_A, 0)}},
    {"jump", 2, 3, {OP(IPSK_BPF_JA, 1), OP(IPSK_BPF_RET_K, 1), OP(IPSK_BPF_RET_K, 2)}},
};

static void bpf_06_what_programs_do(void **state)
{
    (void)state;
    uint8_t *exact = unit_exact(packet, sizeof packet);
    for (size_t i = 0; i < COUNT(runs); i++) {
        size_t index = 77;
        unit_int(runs[i].what, ipsk_program_check(runs[i].program, runs[i].count, &index),
                 IPSOCK_OK);
        unit_int(runs[i].what,
                 ipsk_program_run(runs[i].program, runs[i].count, false, exact, sizeof packet),
                 runs[i].verdict);
    }
    free(exact);
}

/* Both sides of each comparison, with a constant and with X; without signs. */
static void bpf_06_comparisons(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 2, 0x7fffffffu, 0x80000000u, 0xffffffffu};
    for (size_t a = 0; a < COUNT(values); a++) {
        for (size_t b = 0; b < COUNT(values); b++) {
            const uint32_t left = values[a], right_side = values[b];
            const struct {
                uint16_t code;
                bool taken;
            } cases[] = {{IPSK_BPF_JEQ, left == right_side},
                         {IPSK_BPF_JGT, left > right_side},
                         {IPSK_BPF_JGE, left >= right_side},
                         {IPSK_BPF_JSET, (left & right_side) != 0}};
            for (size_t i = 0; i < COUNT(cases); i++) {
                for (uint16_t x = 0; x <= IPSK_BPF_X; x += IPSK_BPF_X) {
                    const instruction program[] = {
                        OP(IPSK_BPF_LD_IMM, left),
                        OP(IPSK_BPF_LDX_IMM, x ? right_side : 0),
                        JUMP(cases[i].code | x, x ? 0 : right_side, 0, 1),
                        OP(IPSK_BPF_RET_K, 1),
                        OP(IPSK_BPF_RET_K, 0),
                    };
                    unit_int("taken", ipsk_program_run(program, 5, false, packet, sizeof packet),
                             cases[i].taken);
                }
            }
        }
    }
}

/* The example of the header. */
static void bpf_01_even_payloads(void **state)
{
    (void)state;
    const instruction even[] = {
        IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_AND(1), IPSOCK_BPF_IF_EQUAL(0, 0, 1),
        IPSOCK_BPF_ACCEPT,   IPSOCK_BPF_DROP,
    };
    for (uint32_t first = 0; first < 256; first++) {
        const uint8_t udp[9] = {0, 1, 0, 2, 0, 9, 0, 0, (uint8_t)first};
        unit_int("even", ipsk_program_run(even, COUNT(even), true, udp, sizeof udp) != 0,
                 first % 2 == 0);
    }
    unit_int("empty", ipsk_program_run(even, COUNT(even), true, packet, 8), 0);
}

/* How far a program looks, of UDP and of others. */
static void bpf_02_how_far_programs_look(void **state)
{
    (void)state;
    static const struct {
        instruction code[3];
        size_t udp, other;
    } cases[] = {
        {{PASS, PASS, PASS}, 0, 0},
        {{OP(IPSK_BPF_LD_B_ABS, 8), OP(IPSK_BPF_LD_W_ABS, 20), PASS}, 24, 24},
        {{OP(IPSK_BPF_LD_H_ABS, 2), PASS, PASS}, 4, 4},
        {{OP(IPSK_BPF_LD_H_ABS, 4), PASS, PASS}, SIZE_MAX, 6},
        {{OP(IPSK_BPF_LD_W_ABS, 2), PASS, PASS}, SIZE_MAX, 6},
        {{OP(IPSK_BPF_LDX_B_MSH, 5), PASS, PASS}, SIZE_MAX, 6},
        {{OP(IPSK_BPF_LD_W_LEN, 0), PASS, PASS}, SIZE_MAX, SIZE_MAX},
        {{OP(IPSK_BPF_LDX_W_LEN, 0), PASS, PASS}, SIZE_MAX, SIZE_MAX},
        {{OP(IPSK_BPF_LD_H_IND, 8), PASS, PASS}, 10, 10},
        {{OP(IPSK_BPF_LDX_B_MSH, 8), OP(IPSK_BPF_LD_W_IND, 8), PASS}, 72, 72},
        {{OP(IPSK_BPF_LD_W_IND, 8), OP(IPSK_BPF_LDX_IMM, 100), PASS}, 112, 112},
        {{OP(IPSK_BPF_LDX_IMM, 65536), OP(IPSK_BPF_LD_W_IND, 8), PASS}, SIZE_MAX, SIZE_MAX},
        {{OP(IPSK_BPF_TAX, 0), OP(IPSK_BPF_LD_W_IND, 8), PASS}, SIZE_MAX, SIZE_MAX},
        {{OP(IPSK_BPF_LDX_MEM, 0), OP(IPSK_BPF_LD_B_IND, 8), PASS}, SIZE_MAX, SIZE_MAX},
        {{OP(IPSK_BPF_TAX, 0), OP(IPSK_BPF_LD_B_ABS, 8), PASS}, 9, 9},
        {{OP(IPSK_BPF_LD_W_IND, 0xfffffff0u), PASS, PASS}, SIZE_MAX, SIZE_MAX},
        {{OP(IPSK_BPF_LD_W_ABS, 0xfff00000u), PASS, PASS}, 0, 0}, /* ends there */
        {{OP(IPSK_BPF_LDX_B_MSH, 0x7fffffff), PASS, PASS}, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unit_int("udp", (int64_t)ipsk_program_reach(cases[i].code, 3, true), (int64_t)cases[i].udp);
        unit_int("other", (int64_t)ipsk_program_reach(cases[i].code, 3, false),
                 (int64_t)cases[i].other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bpf_06_codes_that_there_are),
        cmocka_unit_test(bpf_06_what_is_wrong_and_where),
        cmocka_unit_test(bpf_06_what_is_right),
        cmocka_unit_test(bpf_04_the_longest),
        cmocka_unit_test(bpf_02_what_the_library_cannot_see),
        cmocka_unit_test(bpf_02_how_far_programs_look),
        cmocka_unit_test(bpf_02_indexed_loads_of_the_checksum),
        cmocka_unit_test(bpf_06_what_programs_do),
        cmocka_unit_test(bpf_06_comparisons),
        cmocka_unit_test(bpf_01_even_payloads),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
