// SPDX-License-Identifier: BSD-2-Clause
/* What the linker finds before ws2_32's import library. A call that was declared dllimport goes
 * through the pointer __imp_NAME, any other to NAME itself; both lead to the model's windows_NAME.
 * Assembly, because the compiler knows these names and insists on where they come from. */
#define M(library, name)                                                         \
    __asm__(".section .data\n.balign 8\n"                                        \
            ".globl __imp_" #name "\n__imp_" #name ": .quad windows_" #name "\n" \
            ".text\n"                                                            \
            ".globl " #name "\n" #name ": jmp windows_" #name "\n");
#include "calls.def"
