// SPDX-License-Identifier: BSD-2-Clause
/* BPF programs: which are valid, and what they make of a packet, against a second implementation
 * that is slow and simple. A valid program ends and reads nothing but the packet; one that passes
 * the check of views never depends on the checksum of a UDP header. */
#include "core/codec/program.h"
#include "core/codec/program_run.h"

#include "core/codec/instruction.h"

#include "fuzz.h"

enum { MOST = 100, WORDS = 16 };

typedef struct ipsock_bpf_instruction instruction;

/* ---- the input ---- */

static const uint8_t codes[] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0c, 0x14,
                                0x15, 0x16, 0x1c, 0x1d, 0x20, 0x24, 0x25, 0x28, 0x2c, 0x2d,
                                0x30, 0x34, 0x35, 0x3c, 0x3d, 0x40, 0x44, 0x45, 0x48, 0x4c,
                                0x4d, 0x50, 0x54, 0x5c, 0x60, 0x61, 0x64, 0x6c, 0x74, 0x7c,
                                0x80, 0x81, 0x84, 0x87, 0x94, 0x9c, 0xa4, 0xac, 0xb1};

static uint8_t class_of(const instruction *i)
{
    return i->code & 7;
}

/* Four bytes are an instruction that is right by itself, so that most programs run; numbers near 0
 * from both sides. */
static void take_mended(struct fuzz_in *in, instruction *i, size_t left)
{
    i->code = codes[fuzz_u8(in) % COUNT(codes)];
    const uint8_t jumps = fuzz_u8(in);
    const uint16_t k = fuzz_u16(in);
    i->k = k | (k & 0x8000u ? 0xffff0000u : 0);
    if (class_of(i) == 5 && left == 0)
        i->code = IPSK_BPF_RET_A;
    if (class_of(i) == 5 && i->code == IPSK_BPF_JA) {
        i->k %= (uint32_t)left;
    } else if (class_of(i) == 5) {
        i->jt = (uint8_t)((jumps & 15u) % left);
        i->jf = (uint8_t)((jumps >> 4) % left);
    } else if (class_of(i) == 2 || class_of(i) == 3 || i->code == IPSK_BPF_LD_MEM ||
               i->code == IPSK_BPF_LDX_MEM) {
        i->k %= WORDS;
    } else if (i->code == IPSK_BPF_LSH || i->code == IPSK_BPF_RSH) {
        i->k %= 32;
    } else if (i->code == IPSK_BPF_DIV || i->code == IPSK_BPF_MOD) {
        i->k |= 1;
    }
    if (left == 0 && class_of(i) != 6)
        i->code = IPSK_BPF_RET_A;
}

static void take_raw(struct fuzz_in *in, instruction *i)
{
    i->code = fuzz_u16(in);
    i->jt = fuzz_u8(in);
    i->jf = fuzz_u8(in);
    i->k = fuzz_u32(in);
}

/* ---- validity, by its definition ---- */

static bool is_any_of(uint16_t code, const uint8_t *list, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (list[n] == code)
            return true;
    return false;
}

static bool reads_memory(const instruction *i)
{
    return i->code == IPSK_BPF_LD_MEM || i->code == IPSK_BPF_LDX_MEM;
}

static bool writes_memory(const instruction *i)
{
    return i->code == IPSK_BPF_ST || i->code == IPSK_BPF_STX;
}

static bool is_branch(const instruction *i)
{
    return class_of(i) == 5 && i->code != IPSK_BPF_JA;
}

/* Whether control can go from one place to the next in one step. What stands behind a verdict is
 * counted as reached, as Linux does. */
static bool leads_to(const instruction *program, size_t from, size_t to)
{
    const instruction *i = &program[from];
    if (i->code == IPSK_BPF_JA)
        return from + 1 + i->k == to;
    if (is_branch(i))
        return from + 1 + i->jt == to || from + 1 + i->jf == to;
    return from + 1 == to;
}

/* Whether a way leads from the start to a place on which nobody writes to a word. */
static bool is_unwritten(const instruction *program, size_t at, uint32_t word)
{
    bool bare[MOST] = {true};
    for (size_t to = 1; to <= at; to++)
        for (size_t from = 0; from < to; from++)
            if (bare[from] && !(writes_memory(&program[from]) && program[from].k == word))
                bare[to] = bare[to] || leads_to(program, from, to);
    return bare[at];
}

static bool is_wrong_alone(const instruction *i, size_t left)
{
    if (!is_any_of(i->code, codes, COUNT(codes)))
        return true;
    if (reads_memory(i) || writes_memory(i))
        return i->k > 15;
    if (i->code == IPSK_BPF_JA)
        return i->k >= left;
    if (is_branch(i))
        return i->jt >= left || i->jf >= left;
    if (i->code == IPSK_BPF_DIV || i->code == IPSK_BPF_MOD)
        return i->k == 0;
    if (i->code == IPSK_BPF_LSH || i->code == IPSK_BPF_RSH)
        return i->k > 31;
    if (i->code == IPSK_BPF_LD_W_ABS || i->code == IPSK_BPF_LD_H_ABS ||
        i->code == IPSK_BPF_LD_B_ABS)
        return i->k >= 0xfffff000u && (i->k > 0xfffff03cu || (i->k & 3) != 0);
    return false;
}

/* The instruction that the library must name, or count for a valid program. */
static size_t first_wrong(const instruction *program, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (is_wrong_alone(&program[n], count - 1 - n))
            return n;
    if (program[count - 1].code != IPSK_BPF_RET_K && program[count - 1].code != IPSK_BPF_RET_A)
        return count - 1;
    for (size_t n = 0; n < count; n++)
        if (reads_memory(&program[n]) && is_unwritten(program, n, program[n].k))
            return n;
    return count;
}

/* ---- running, with numbers that cannot overflow ---- */

struct run {
    const uint8_t *packet;
    uint64_t length;
    bool udp, over;
    uint64_t a, x, memory[WORDS];
};

static uint64_t fetch(struct run *r, uint64_t from, unsigned width)
{
    uint64_t value = 0;
    for (unsigned n = 0; n < width; n++) {
        const uint64_t at = from + n;
        r->over = r->over || at >= r->length || (r->udp && (at == 6 || at == 7));
        value = value * 256 + (r->over ? 0 : r->packet[at]);
    }
    return value;
}

static uint64_t calculated(struct run *r, unsigned operation, uint64_t by)
{
    if ((operation == 3 || operation == 9) && by == 0)
        r->over = true;
    switch (operation) {
    case 0:
        return r->a + by;
    case 1:
        return r->a + (UINT64_C(1) << 32) - by;
    case 2:
        return r->a * by;
    case 3:
        return r->over ? 0 : r->a / by;
    case 4:
        return r->a | by;
    case 5:
        return r->a & by;
    case 6:
        return r->a << by % 32;
    case 7:
        return r->a >> by % 32;
    case 8:
        return (UINT64_C(1) << 32) - r->a;
    case 9:
        return r->over ? 0 : r->a % by;
    default:
        return r->a ^ by;
    }
}

static uint64_t loaded(struct run *r, const instruction *i)
{
    static const unsigned widths[] = {4, 2, 1};
    const unsigned width = widths[(i->code >> 3 & 3) % 3];
    switch (i->code >> 5) {
    case 0:
        return i->k;
    case 1:
        return fetch(r, i->k, width);
    case 2:
        return fetch(r, (r->x + i->k) % (UINT64_C(1) << 32), width);
    case 3:
        return r->memory[i->k];
    case 4:
        return r->length;
    default:
        return fetch(r, i->k, 1) % 16 * 4;
    }
}

static bool holds(const struct run *r, unsigned test, uint64_t with)
{
    return test == 1   ? r->a == with
           : test == 2 ? r->a > with
           : test == 3 ? r->a >= with
                       : (r->a & with) != 0;
}

/* How many instructions to go on by. */
static size_t moved(struct run *r, const instruction *i)
{
    const uint64_t operand = i->code & 8 ? r->x : i->k;
    switch (class_of(i)) {
    case 0:
        r->a = loaded(r, i);
        break;
    case 1:
        r->x = loaded(r, i);
        break;
    case 2:
        r->memory[i->k] = r->a;
        break;
    case 3:
        r->memory[i->k] = r->x;
        break;
    case 4:
        r->a = calculated(r, i->code >> 4, operand) % (UINT64_C(1) << 32);
        break;
    case 5:
        return 1 + (i->code >> 4 == 0 ? i->k : holds(r, i->code >> 4, operand) ? i->jt : i->jf);
    default:
        if (i->code == IPSK_BPF_TAX)
            r->x = r->a;
        else
            r->a = r->x;
    }
    return 1;
}

static uint32_t verdict(const instruction *program, size_t count, struct run r)
{
    size_t steps = 0;
    for (size_t n = 0; !r.over; n += moved(&r, &program[n])) {
        REQUIRE(n < count && steps++ < count);
        if (class_of(&program[n]) == 6)
            return program[n].code == IPSK_BPF_RET_A ? (uint32_t)r.a : program[n].k;
    }
    return 0;
}

/* ---- properties ---- */

static uint32_t run(const instruction *program, size_t count, bool udp, const uint8_t *packet,
                    size_t length)
{
    const struct run fresh = {.packet = packet, .length = length, .udp = udp};
    const uint32_t keeps = ipsk_program_run(program, count, udp, packet, length);
    REQUIRE(keeps == verdict(program, count, fresh));
    REQUIRE(keeps == ipsk_program_run(program, count, udp, packet, length));
    return keeps;
}

/* Neither what lies beyond a program's reach nor how much that is matters, nor need it be there. */
static void check_reach(const instruction *program, size_t count, bool udp, const uint8_t *packet,
                        size_t length, uint32_t keeps)
{
    const size_t reach = ipsk_program_reach(program, count, udp);
    if (reach >= length)
        return;
    uint8_t *reached = fuzz_copy(packet, reach);
    REQUIRE(keeps == ipsk_program_run(program, count, udp, reached, length));
    free(reached);
    uint8_t *cut = fuzz_copy(packet, reach + 1);
    cut[reach] ^= 0xff;
    REQUIRE(keeps == run(program, count, udp, cut, reach + 1));
    free(cut);
}

/* The view of a UDP packet: at least its header. */
static void run_on_udp(const instruction *program, size_t count, const uint8_t *packet,
                       size_t length)
{
    const size_t whole = length < IPSK_UDP_HEADER ? IPSK_UDP_HEADER : length;
    uint8_t *view = fuzz_room(whole);
    memcpy(view, packet, length);
    const uint32_t keeps = run(program, count, true, view, whole);
    check_reach(program, count, true, view, whole, keeps);
    view[6] ^= 0xff;
    view[7] ^= 0x55;
    REQUIRE(keeps == run(program, count, true, view, whole));
    free(view);
}

static void check_views(const instruction *program, size_t count, const uint8_t *packet,
                        size_t length)
{
    for (int udp = 0; udp < 2; udp++) {
        size_t index = SIZE_MAX;
        const int code = ipsk_program_check_view(program, count, udp, &index);
        REQUIRE(code == IPSOCK_OK || (code == IPSOCK_EFILTERVIEW && index < count));
        if (code < 0) {
            const unsigned class = class_of(&program[index]);
            REQUIRE(class == 0 || class == 1);
        } else if (udp) {
            run_on_udp(program, count, packet, length);
        } else {
            const uint32_t keeps = run(program, count, false, packet, length);
            check_reach(program, count, false, packet, length, keeps);
        }
    }
    /* what only a kernel sees drops the packet, should it be run all the same */
    run(program, count, false, packet, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const bool mended = fuzz_u8(&in) & 1;
    const size_t count = 1 + fuzz_u8(&in) % MOST;
    instruction *program = fuzz_room(count * sizeof *program);
    memset(program, 0, count * sizeof *program);
    for (size_t n = 0; n < count; n++) {
        if (mended)
            take_mended(&in, &program[n], count - 1 - n);
        else
            take_raw(&in, &program[n]);
    }
    const size_t length = in.left;
    uint8_t *packet = fuzz_copy(in.at, length);
    size_t index = SIZE_MAX;
    const int code = ipsk_program_check(program, count, &index);
    const size_t wrong = first_wrong(program, count);
    REQUIRE(code == (wrong == count ? IPSOCK_OK : IPSOCK_EPROGRAM));
    REQUIRE(code == IPSOCK_OK || index == wrong);
    if (code == IPSOCK_OK)
        check_views(program, count, packet, length);
    free(packet);
    free(program);
    return 0;
}
