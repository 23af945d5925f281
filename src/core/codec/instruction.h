// SPDX-License-Identifier: BSD-2-Clause
/* The operations of classic BPF by their codes, the same on every system that has it (bpf(4);
 * linux/bpf_common.h). */
#ifndef IPSK_INSTRUCTION_H
#define IPSK_INSTRUCTION_H

/* One more than the largest code. */
#define IPSK_BPF_CODES 0xb2

/* Operand: the constant, or with this bit X. */
#define IPSK_BPF_X 0x08

/* Width of a load. */
#define IPSK_BPF_SIZE 0x18
#define IPSK_BPF_W    0x00
#define IPSK_BPF_H    0x08
#define IPSK_BPF_B    0x10

/* A = …, X = … */
#define IPSK_BPF_LD_IMM    0x00
#define IPSK_BPF_LDX_IMM   0x01
#define IPSK_BPF_LD_W_ABS  0x20
#define IPSK_BPF_LD_H_ABS  0x28
#define IPSK_BPF_LD_B_ABS  0x30
#define IPSK_BPF_LD_W_IND  0x40
#define IPSK_BPF_LD_H_IND  0x48
#define IPSK_BPF_LD_B_IND  0x50
#define IPSK_BPF_LD_MEM    0x60
#define IPSK_BPF_LDX_MEM   0x61
#define IPSK_BPF_LD_W_LEN  0x80
#define IPSK_BPF_LDX_W_LEN 0x81
#define IPSK_BPF_LDX_B_MSH 0xb1

#define IPSK_BPF_ST  0x02
#define IPSK_BPF_STX 0x03

/* A = A … operand */
#define IPSK_BPF_ADD 0x04
#define IPSK_BPF_SUB 0x14
#define IPSK_BPF_MUL 0x24
#define IPSK_BPF_DIV 0x34
#define IPSK_BPF_OR  0x44
#define IPSK_BPF_AND 0x54
#define IPSK_BPF_LSH 0x64
#define IPSK_BPF_RSH 0x74
#define IPSK_BPF_NEG 0x84
#define IPSK_BPF_MOD 0x94
#define IPSK_BPF_XOR 0xa4

#define IPSK_BPF_JA   0x05
#define IPSK_BPF_JEQ  0x15
#define IPSK_BPF_JGT  0x25
#define IPSK_BPF_JGE  0x35
#define IPSK_BPF_JSET 0x45

#define IPSK_BPF_RET_K 0x06
#define IPSK_BPF_RET_A 0x16
#define IPSK_BPF_TAX   0x07
#define IPSK_BPF_TXA   0x87

/* Offsets of loads that mean something else on Linux: from the first on headers before the packet,
 * from the second on what the kernel knows of it (linux/filter.h: SKF_LL_OFF, SKF_AD_OFF). */
#define IPSK_BPF_OUTSIDE   0xffe00000u
#define IPSK_BPF_ANCILLARY 0xfffff000u

/* The most that the length of an IPv4 header can be (LDX_B_MSH: four times four bits). */
#define IPSK_BPF_MSH_MOST 60

/* Bytes of the header that the view of a UDP packet begins with, and where its length and its
 * checksum are. */
#define IPSK_UDP_HEADER   8
#define IPSK_UDP_LENGTH   4
#define IPSK_UDP_CHECKSUM 6

#endif
