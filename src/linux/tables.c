// SPDX-License-Identifier: BSD-2-Clause
#include "linux/linux.h"

#include <linux/filter.h>

#include "core/table/encoding.h"
#include "core/table/table_expand.h"

#define SAME_PLACE(ours, field, theirs, member) \
    (offsetof(struct ours, field) == offsetof(struct theirs, member))

/* What SO_ATTACH_FILTER is given. */
_Static_assert(sizeof(struct ipsock_bpf_instruction) == sizeof(struct sock_filter) &&
                   SAME_PLACE(ipsock_bpf_instruction, code, sock_filter, code) &&
                   SAME_PLACE(ipsock_bpf_instruction, jt, sock_filter, jt) &&
                   SAME_PLACE(ipsock_bpf_instruction, jf, sock_filter, jf) &&
                   SAME_PLACE(ipsock_bpf_instruction, k, sock_filter, k),
               "instructions are the kernel's");
_Static_assert(sizeof(struct ipsk_encoded_program) == sizeof(struct sock_fprog) &&
                   SAME_PLACE(ipsk_encoded_program, count, sock_fprog, len) &&
                   SAME_PLACE(ipsk_encoded_program, instructions, sock_fprog, filter),
               "programs are the kernel's");
_Static_assert(IPSOCK_BPF_MAX == BPF_MAXINSNS, "programs are as long as the kernel's");
