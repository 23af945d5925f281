// SPDX-License-Identifier: BSD-2-Clause
/* Runs a valid program as Linux does: registers of 32 bits that begin at 0; a load outside the
 * packet and a division by an X of 0 end the program, the packet is dropped; a shift by X looks at
 * its lower five bits. */
#include "core/codec/program_run.h"

struct machine {
    const struct ipsock_bpf_instruction *next;
    const uint8_t *packet;
    size_t length;
    bool udp;
    uint32_t a, x;
    uint32_t scratch[16];
    bool ended;
    uint32_t verdict;
};

static void end(struct machine *m, uint32_t verdict)
{
    m->ended = true;
    m->verdict = verdict;
}

/* Of a UDP header; no checksum is there to be loaded. */
static bool meets_checksum(uint32_t offset, size_t width)
{
    return offset < IPSK_UDP_HEADER && offset + width > IPSK_UDP_CHECKSUM;
}

/* Network order. */
static uint32_t load(struct machine *m, uint32_t offset, size_t width)
{
    uint32_t value = 0;
    if (offset >= m->length || m->length - offset < width ||
        (m->udp && meets_checksum(offset, width))) {
        end(m, 0);
        return 0;
    }
    for (size_t i = 0; i < width; i++)
        value = value << 8 | m->packet[offset + i];
    return value;
}

static void divide(struct machine *m, uint32_t by, bool remainder)
{
    if (by == 0)
        end(m, 0);
    else
        m->a = remainder ? m->a % by : m->a / by;
}

static void compute(struct machine *m, const struct ipsock_bpf_instruction *i)
{
    const uint32_t operand = i->code & IPSK_BPF_X ? m->x : i->k;
    switch (i->code & ~IPSK_BPF_X) {
    case IPSK_BPF_ADD:
        m->a += operand;
        break;
    case IPSK_BPF_SUB:
        m->a -= operand;
        break;
    case IPSK_BPF_MUL:
        m->a *= operand;
        break;
    case IPSK_BPF_DIV:
        divide(m, operand, false);
        break;
    case IPSK_BPF_MOD:
        divide(m, operand, true);
        break;
    case IPSK_BPF_OR:
        m->a |= operand;
        break;
    case IPSK_BPF_AND:
        m->a &= operand;
        break;
    case IPSK_BPF_XOR:
        m->a ^= operand;
        break;
    case IPSK_BPF_LSH:
        m->a <<= operand & 31;
        break;
    case IPSK_BPF_RSH:
        m->a >>= operand & 31;
        break;
    default: /* IPSK_BPF_NEG */
        m->a = 0 - m->a;
    }
}

static void jump(struct machine *m, const struct ipsock_bpf_instruction *i)
{
    const uint32_t operand = i->code & IPSK_BPF_X ? m->x : i->k;
    bool taken;
    switch (i->code & ~IPSK_BPF_X) {
    case IPSK_BPF_JEQ:
        taken = m->a == operand;
        break;
    case IPSK_BPF_JGT:
        taken = m->a > operand;
        break;
    case IPSK_BPF_JGE:
        taken = m->a >= operand;
        break;
    case IPSK_BPF_JSET:
        taken = (m->a & operand) != 0;
        break;
    default: /* IPSK_BPF_JA */
        m->next += i->k;
        return;
    }
    m->next += taken ? i->jt : i->jf;
}

static void load_a(struct machine *m, const struct ipsock_bpf_instruction *i)
{
    switch (i->code) {
    case IPSK_BPF_LD_IMM:
        m->a = i->k;
        break;
    case IPSK_BPF_LD_MEM:
        m->a = m->scratch[i->k];
        break;
    case IPSK_BPF_LD_W_LEN:
        m->a = (uint32_t)m->length;
        break;
    case IPSK_BPF_LD_W_ABS:
        m->a = load(m, i->k, 4);
        break;
    case IPSK_BPF_LD_H_ABS:
        m->a = load(m, i->k, 2);
        break;
    case IPSK_BPF_LD_B_ABS:
        m->a = load(m, i->k, 1);
        break;
    case IPSK_BPF_LD_W_IND:
        m->a = load(m, m->x + i->k, 4);
        break;
    case IPSK_BPF_LD_H_IND:
        m->a = load(m, m->x + i->k, 2);
        break;
    default: /* IPSK_BPF_LD_B_IND */
        m->a = load(m, m->x + i->k, 1);
    }
}

static void load_x(struct machine *m, const struct ipsock_bpf_instruction *i)
{
    switch (i->code) {
    case IPSK_BPF_LDX_IMM:
        m->x = i->k;
        break;
    case IPSK_BPF_LDX_MEM:
        m->x = m->scratch[i->k];
        break;
    case IPSK_BPF_LDX_W_LEN:
        m->x = (uint32_t)m->length;
        break;
    default: /* IPSK_BPF_LDX_B_MSH */
        m->x = (load(m, i->k, 1) & 0xf) * 4;
    }
}

/* By the class: the lowest three bits of the code. */
static void step(struct machine *m, const struct ipsock_bpf_instruction *i)
{
    switch (i->code & 7) {
    case IPSK_BPF_LD_IMM & 7:
        load_a(m, i);
        break;
    case IPSK_BPF_LDX_IMM & 7:
        load_x(m, i);
        break;
    case IPSK_BPF_ST & 7:
        m->scratch[i->k] = m->a;
        break;
    case IPSK_BPF_STX & 7:
        m->scratch[i->k] = m->x;
        break;
    case IPSK_BPF_ADD & 7:
        compute(m, i);
        break;
    case IPSK_BPF_JA & 7:
        jump(m, i);
        break;
    case IPSK_BPF_RET_K & 7:
        end(m, i->code == IPSK_BPF_RET_A ? m->a : i->k);
        break;
    default:
        if (i->code == IPSK_BPF_TAX)
            m->x = m->a;
        else
            m->a = m->x;
    }
}

uint32_t ipsk_program_run(const struct ipsock_bpf_instruction *program, size_t count, bool udp,
                          const uint8_t *packet, size_t length)
{
    struct machine m = {.next = program, .packet = packet, .length = length, .udp = udp};
    while (!m.ended && m.next < program + count)
        step(&m, m.next++);
    return m.verdict;
}
