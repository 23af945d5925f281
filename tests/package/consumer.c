// SPDX-License-Identifier: BSD-2-Clause
/* What a program of somebody else does first. Builds as C11 and as C++17, and without the warnings
 * that ipsock is built with: the conversion below must not stop it. */
#include <ipsock/ipsock.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    struct ipsock_addr addr;
    unsigned char octet = (unsigned char)0;
    int sum = 6 * 7;

    octet = sum;
    if (strcmp(ipsock_version(), IPSOCK_VERSION) != 0) {
        fprintf(stderr, "header %s, library %s\n", IPSOCK_VERSION, ipsock_version());
        return 1;
    }
    if (ipsock_addr_parse("192.0.2.1", &addr) != 0 || octet != 42)
        return 1;
    printf("ipsock %s\n", ipsock_version());
    return 0;
}
