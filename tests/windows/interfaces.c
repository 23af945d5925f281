// SPDX-License-Identifier: BSD-2-Clause
/* The names of Windows' interfaces: as the user reads them (UTF-8), the adapter's {GUID}, and the
 * index, against what GetAdaptersAddresses says. */
#include <winsock2.h>

#include <iphlpapi.h>
#include <ipsock/ipsock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static IP_ADAPTER_ADDRESSES *adapters;

static int begin(void **state)
{
    ULONG size = 1 << 20;
    (void)state;
    adapters = malloc(size);
    return adapters == NULL || GetAdaptersAddresses(AF_UNSPEC, GAA_FLAG_SKIP_DNS_SERVER, NULL,
                                                    adapters, &size) != NO_ERROR;
}

static int end(void **state)
{
    (void)state;
    free(adapters);
    return 0;
}

static uint32_t index_of(const char *name)
{
    uint32_t index = 0;
    const int code = ipsock_interface_index(name, &index);
    if (code != IPSOCK_OK && code != IPSOCK_ENODEV)
        fail_msg("%s: %s", name, ipsock_error_name(code));
    return code == IPSOCK_OK ? index : 0;
}

static void adapters_by_guid(void **state)
{
    int count = 0;
    (void)state;
    for (const IP_ADAPTER_ADDRESSES *a = adapters; a != NULL; a = a->Next, count++) {
        char lower[64];
        assert_int_equal(strlen(a->AdapterName), 38);
        assert_int_equal(index_of(a->AdapterName), a->IfIndex);
        strcpy(lower, a->AdapterName);
        assert_int_equal(index_of(_strlwr(lower)), a->IfIndex);
    }
    assert_true(count > 0);
}

static void adapters_by_friendly_name(void **state)
{
    (void)state;
    for (const IP_ADAPTER_ADDRESSES *a = adapters; a != NULL; a = a->Next) {
        char wanted[1024];
        struct ipsock_interface *found;
        assert_true(WideCharToMultiByte(CP_UTF8, 0, a->FriendlyName, -1, wanted, sizeof wanted,
                                        NULL, NULL) > 0);
        assert_int_equal(index_of(wanted), a->IfIndex);
        assert_int_equal(ipsock_interface_by_index(a->IfIndex, &found), IPSOCK_OK);
        assert_string_equal(found->name, wanted);
        ipsock_interfaces_free(found);
    }
}

static void what_is_no_guid(void **state)
{
    char text[64];
    (void)state;
    for (size_t length = 0; length < 38; length++) { /* cut anywhere */
        memset(text, 0, sizeof text);
        memcpy(text, adapters->AdapterName, length);
        assert_int_equal(index_of(text), 0);
        memcpy(text, adapters->AdapterName, 38);
        text[length] = 'g'; /* no hexadecimal digit, hyphen or brace */
        assert_int_equal(index_of(text), 0);
    }
    memcpy(text, adapters->AdapterName, 38);
    text[38] = 'x'; /* goes on */
    text[39] = '\0';
    assert_int_equal(index_of(text), 0);
    assert_int_equal(index_of("{00000000-0000-0000-0000-000000000000}"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adapters_by_guid),
        cmocka_unit_test(adapters_by_friendly_name),
        cmocka_unit_test(what_is_no_guid),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
