// SPDX-License-Identifier: BSD-2-Clause
/* What a valid program is: one that every kernel of the family takes, and that cannot loop, leave
 * the program, divide by a constant zero or read scratch memory that was not written. The rules are
 * those of Linux (net/core/option/filter.c: bpf_check_classic, check_load_and_stores), which has
 * them all; the BSDs' bpf_validate checks a part. */
#include "core/codec/program.h"

#include <ipsock/error.h>

#include <string.h>

#include "core/codec/instruction.h"

#define SCRATCH_WORDS 16

/* Operations by code: what their operand must be like. */
enum rule {
    UNKNOWN, /* no such operation */
    FREE,
    DIVISOR,
    SHIFT,
    STORE,
    LOAD_SCRATCH,
    LOAD_PACKET,
    JUMP,
    BRANCH,
    VERDICT
};

static const uint8_t rules[IPSK_BPF_CODES] = {
    [IPSK_BPF_LD_IMM] = FREE,
    [IPSK_BPF_LDX_IMM] = FREE,
    [IPSK_BPF_LD_W_LEN] = FREE,
    [IPSK_BPF_LDX_W_LEN] = FREE,
    [IPSK_BPF_LD_W_ABS] = LOAD_PACKET,
    [IPSK_BPF_LD_H_ABS] = LOAD_PACKET,
    [IPSK_BPF_LD_B_ABS] = LOAD_PACKET,
    [IPSK_BPF_LD_W_IND] = FREE,
    [IPSK_BPF_LD_H_IND] = FREE,
    [IPSK_BPF_LD_B_IND] = FREE,
    [IPSK_BPF_LDX_B_MSH] = FREE,
    [IPSK_BPF_LD_MEM] = LOAD_SCRATCH,
    [IPSK_BPF_LDX_MEM] = LOAD_SCRATCH,
    [IPSK_BPF_ST] = STORE,
    [IPSK_BPF_STX] = STORE,
    [IPSK_BPF_ADD] = FREE,
    [IPSK_BPF_ADD | IPSK_BPF_X] = FREE,
    [IPSK_BPF_SUB] = FREE,
    [IPSK_BPF_SUB | IPSK_BPF_X] = FREE,
    [IPSK_BPF_MUL] = FREE,
    [IPSK_BPF_MUL | IPSK_BPF_X] = FREE,
    [IPSK_BPF_DIV] = DIVISOR,
    [IPSK_BPF_DIV | IPSK_BPF_X] = FREE,
    [IPSK_BPF_MOD] = DIVISOR,
    [IPSK_BPF_MOD | IPSK_BPF_X] = FREE,
    [IPSK_BPF_AND] = FREE,
    [IPSK_BPF_AND | IPSK_BPF_X] = FREE,
    [IPSK_BPF_OR] = FREE,
    [IPSK_BPF_OR | IPSK_BPF_X] = FREE,
    [IPSK_BPF_XOR] = FREE,
    [IPSK_BPF_XOR | IPSK_BPF_X] = FREE,
    [IPSK_BPF_LSH] = SHIFT,
    [IPSK_BPF_LSH | IPSK_BPF_X] = FREE,
    [IPSK_BPF_RSH] = SHIFT,
    [IPSK_BPF_RSH | IPSK_BPF_X] = FREE,
    [IPSK_BPF_NEG] = FREE,
    [IPSK_BPF_JA] = JUMP,
    [IPSK_BPF_JEQ] = BRANCH,
    [IPSK_BPF_JEQ | IPSK_BPF_X] = BRANCH,
    [IPSK_BPF_JGT] = BRANCH,
    [IPSK_BPF_JGT | IPSK_BPF_X] = BRANCH,
    [IPSK_BPF_JGE] = BRANCH,
    [IPSK_BPF_JGE | IPSK_BPF_X] = BRANCH,
    [IPSK_BPF_JSET] = BRANCH,
    [IPSK_BPF_JSET | IPSK_BPF_X] = BRANCH,
    [IPSK_BPF_RET_K] = VERDICT,
    [IPSK_BPF_RET_A] = VERDICT,
    [IPSK_BPF_TAX] = FREE,
    [IPSK_BPF_TXA] = FREE,
};

static enum rule rule_of(const struct ipsock_bpf_instruction *i)
{
    return i->code < IPSK_BPF_CODES ? (enum rule)rules[i->code] : UNKNOWN;
}

/* Offsets that stand for what is not in the packet (linux/filter.h, SKF_AD_…): every fourth from
 * the first to the last. */
static bool is_ancillary(uint32_t k)
{
    return k >= IPSK_BPF_ANCILLARY && k <= IPSK_BPF_ANCILLARY + 60 && k % 4 == 0;
}

/* One instruction by itself; left is how many follow it. */
static bool is_sound(const struct ipsock_bpf_instruction *i, size_t left)
{
    switch (rule_of(i)) {
    case UNKNOWN:
        return false;
    case DIVISOR:
        return i->k != 0;
    case SHIFT:
        return i->k < 32;
    case STORE:
    case LOAD_SCRATCH:
        return i->k < SCRATCH_WORDS;
    case LOAD_PACKET:
        return i->k < IPSK_BPF_ANCILLARY || is_ancillary(i->k);
    case JUMP:
        return i->k < left;
    case BRANCH:
        return i->jt < left && i->jf < left;
    default:
        return true;
    }
}

static void arrive(uint16_t *known, uint16_t written)
{
    *known = (uint16_t)(*known & written);
}

/* Scratch words are read only where every way there has written them: known[n] has the words that
 * are written on all ways to n found so far. Jumps go forward, so one pass finds all. */
static int check_scratch(const struct ipsock_bpf_instruction *program, size_t count, size_t *index)
{
    uint16_t known[IPSOCK_BPF_MAX];
    uint16_t written = 0;
    memset(known, 0xff, sizeof known[0] * count);
    for (size_t n = 0; n < count; n++) {
        const struct ipsock_bpf_instruction *i = &program[n];
        const enum rule rule = rule_of(i);
        const unsigned word = rule == STORE || rule == LOAD_SCRATCH ? 1u << i->k : 0;
        written = (uint16_t)(written & known[n]);
        if (rule == LOAD_SCRATCH && !(written & word)) {
            *index = n;
            return IPSOCK_EPROGRAM;
        }
        written = (uint16_t)(written | word);
        if (rule == JUMP) {
            arrive(&known[n + 1 + i->k], written);
        } else if (rule == BRANCH) {
            arrive(&known[n + 1 + i->jt], written);
            arrive(&known[n + 1 + i->jf], written);
        }
        if (rule == JUMP || rule == BRANCH)
            written = UINT16_MAX; /* nothing runs on from here; the next one's own ways decide */
    }
    return IPSOCK_OK;
}

int ipsk_program_check(const struct ipsock_bpf_instruction *program, size_t count, size_t *index)
{
    for (*index = 0; *index < count; ++*index)
        if (!is_sound(&program[*index], count - 1 - *index))
            return IPSOCK_EPROGRAM;
    *index = count - 1;
    if (rule_of(&program[*index]) != VERDICT)
        return IPSOCK_EPROGRAM;
    return check_scratch(program, count, index);
}

static size_t width_of(const struct ipsock_bpf_instruction *i)
{
    switch (i->code & IPSK_BPF_SIZE) {
    case IPSK_BPF_W:
        return 4;
    case IPSK_BPF_H:
        return 2;
    default:
        return 1;
    }
}

/* From IPSK_BPF_OUTSIDE on Linux sees what lies before the packet (SKF_LL_OFF, SKF_NET_OFF) or
 * beside it. */
static bool is_visible(const struct ipsock_bpf_instruction *i, bool udp)
{
    switch (i->code) {
    case IPSK_BPF_LD_W_ABS:
    case IPSK_BPF_LD_H_ABS:
    case IPSK_BPF_LD_B_ABS:
        if (i->k >= IPSK_BPF_OUTSIDE)
            return false;
        return !udp || i->k >= IPSK_UDP_HEADER || i->k + width_of(i) <= IPSK_UDP_CHECKSUM;
    case IPSK_BPF_LDX_B_MSH:
        return !udp || (i->k != IPSK_UDP_CHECKSUM && i->k != IPSK_UDP_CHECKSUM + 1);
    case IPSK_BPF_LD_W_IND:
    case IPSK_BPF_LD_H_IND:
    case IPSK_BPF_LD_B_IND: /* at X + k: behind the header for certain, or not */
        return !udp || i->k >= IPSK_UDP_HEADER;
    default:
        return true;
    }
}

int ipsk_program_check_view(const struct ipsock_bpf_instruction *program, size_t count, bool udp,
                            size_t *index)
{
    for (*index = 0; *index < count; ++*index)
        if (!is_visible(&program[*index], udp))
            return IPSOCK_EFILTERVIEW;
    return IPSOCK_OK;
}

/* ---- how far it looks ---- */

/* Above any offset in a packet. */
#define FAR 65536

/* The most that X can be, where that is no matter of the packet's contents; else FAR. */
static uint32_t most_of_x(const struct ipsock_bpf_instruction *program, size_t count)
{
    uint32_t most = 0;
    for (size_t n = 0; n < count; n++) {
        uint32_t x = 0;
        if (program[n].code == IPSK_BPF_LDX_IMM)
            x = program[n].k < FAR ? program[n].k : FAR;
        else if (program[n].code == IPSK_BPF_LDX_B_MSH)
            x = IPSK_BPF_MSH_MOST;
        else if (program[n].code == IPSK_BPF_LDX_MEM || program[n].code == IPSK_BPF_TAX)
            x = FAR;
        if (x > most)
            most = x;
    }
    return most;
}

/* Of one load, of which X is at most so much. A UDP header's length is the packet's. */
static size_t reach_of(const struct ipsock_bpf_instruction *i, uint32_t x, bool udp)
{
    size_t end = 0;
    switch (i->code) {
    case IPSK_BPF_LD_W_LEN:
    case IPSK_BPF_LDX_W_LEN:
        return SIZE_MAX;
    case IPSK_BPF_LD_W_ABS:
    case IPSK_BPF_LD_H_ABS:
    case IPSK_BPF_LD_B_ABS:
        end = i->k < FAR ? i->k + width_of(i) : 0; /* else it ends there, by any packet */
        break;
    case IPSK_BPF_LDX_B_MSH:
        end = i->k < FAR ? i->k + 1 : 0;
        break;
    case IPSK_BPF_LD_W_IND:
    case IPSK_BPF_LD_H_IND:
    case IPSK_BPF_LD_B_IND:
        if (i->k >= FAR || x >= FAR) /* X + k may wrap */
            return SIZE_MAX;
        return i->k + x + width_of(i);
    default:
        return 0;
    }
    return udp && i->k < IPSK_UDP_CHECKSUM && end > IPSK_UDP_LENGTH ? SIZE_MAX : end;
}

size_t ipsk_program_reach(const struct ipsock_bpf_instruction *program, size_t count, bool udp)
{
    const uint32_t x = most_of_x(program, count);
    size_t most = 0;
    for (size_t n = 0; n < count; n++) {
        const size_t reach = reach_of(&program[n], x, udp);
        if (reach > most)
            most = reach;
    }
    return most;
}
