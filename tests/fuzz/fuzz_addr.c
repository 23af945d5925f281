// SPDX-License-Identifier: BSD-2-Clause
/* Addresses from text and to text, host and port, and the system's socket addresses. */
#include <arpa/inet.h>

#include <ipsock/native.h>

#include "fuzz.h"

enum { TEXT, STRUCT, SOCKADDR, HOST, MODES };

static int format(const void *object, char *text, size_t size)
{
    return ipsock_addr_format(object, text, size);
}

static bool same(const struct ipsock_addr *a, const struct ipsock_addr *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* What is written is read back, and written again as the same text. */
static void text_and_back(const struct ipsock_addr *addr, size_t cut)
{
    char text[IPSOCK_ADDR_TEXT], again[IPSOCK_ADDR_TEXT];
    struct ipsock_addr back;
    fuzz_format(format, addr, IPSOCK_ADDR_TEXT, cut, false);
    REQUIRE(ipsock_addr_format(addr, text, sizeof text) == IPSOCK_OK);
    REQUIRE(ipsock_addr_parse(text, &back) == IPSOCK_OK && same(addr, &back));
    REQUIRE(ipsock_addr_equal(addr, &back) && ipsock_addr_same_ip(addr, &back));
    REQUIRE(ipsock_addr_format(&back, again, sizeof again) == IPSOCK_OK);
    REQUIRE(strcmp(text, again) == 0);
}

/* A system's inet_pton reads what is neither zone nor port; glibc's is as strict as ours. */
static void as_inet_pton_reads_it(const char *text, const struct ipsock_addr *addr, int code)
{
#if defined(__GLIBC__)
    uint8_t ip[16] = {0};
    const int v4 = inet_pton(AF_INET, text, ip);
    const int v6 = v4 == 1 ? 0 : inet_pton(AF_INET6, text, ip);
    if (v4 == 1 || v6 == 1)
        REQUIRE(code == IPSOCK_OK && memcmp(ip, addr->ip, 16) == 0 && addr->port == 0 &&
                addr->scope == 0);
    else if (code == IPSOCK_OK) /* a zone, or a port */
        REQUIRE(strpbrk(text, "%[") != NULL || *strpbrk(text, ".:") == '.');
#else
    (void)text, (void)addr, (void)code;
#endif
}

static void from_text(struct fuzz_in *in)
{
    const size_t cut = fuzz_u8(in);
    char *text = fuzz_room(in->left + 1);
    struct ipsock_addr addr, again;
    memcpy(text, in->at, in->left);
    text[in->left] = '\0';
    memset(&addr, 0xa5, sizeof addr);
    const int code = ipsock_addr_parse(text, &addr);
    as_inet_pton_reads_it(text, &addr, code);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EINVAL || code == IPSOCK_ENODEV);
        REQUIRE(fuzz_untouched(&addr, sizeof addr));
    } else {
        REQUIRE(addr.family == IPSOCK_IPV4 || addr.family == IPSOCK_IPV6);
        REQUIRE(addr.reserved == 0);
        REQUIRE(ipsock_addr_parse(text, &again) == IPSOCK_OK && same(&addr, &again));
        text_and_back(&addr, cut);
    }
    free(text);
}

static struct ipsock_addr any_addr(struct fuzz_in *in)
{
    struct ipsock_addr addr;
    addr.family = fuzz_u8(in);
    addr.reserved = 0;
    addr.port = fuzz_u16(in);
    addr.scope = fuzz_u32(in);
    fuzz_bytes(in, addr.ip, sizeof addr.ip);
    if (addr.family == IPSOCK_IPV4) {
        addr.scope = 0;
        memset(addr.ip + 4, 0, 12);
    }
    return addr;
}

/* A v4-mapped address answers as the IPv4 address in it. */
static void predicates(const struct ipsock_addr *addr)
{
    static bool (*const all[])(const struct ipsock_addr *) = {
        ipsock_addr_is_unspecified,
        ipsock_addr_is_loopback,
        ipsock_addr_is_private,
        ipsock_addr_is_link_local,
        ipsock_addr_is_broadcast,
        ipsock_addr_is_multicast,
        ipsock_addr_is_link_local_multicast,
        ipsock_addr_is_interface_local_multicast,
        ipsock_addr_is_source_specific,
        ipsock_addr_is_global_unicast,
    };
    const struct ipsock_addr mapped = ipsock_addr_map(addr), unmapped = ipsock_addr_unmap(addr);
    const bool known = addr->family == IPSOCK_IPV4 || addr->family == IPSOCK_IPV6;
    for (size_t i = 0; i < COUNT(all); i++) {
        const bool yes = all[i](addr);
        REQUIRE(yes == all[i](&mapped) && yes == all[i](&unmapped));
        REQUIRE(known || !yes);
    }
    REQUIRE(ipsock_addr_is_mapped(&mapped) ==
            (addr->family == IPSOCK_IPV4 || ipsock_addr_is_mapped(addr)));
    REQUIRE(!known || ipsock_addr_same_ip(&mapped, &unmapped));
    const int kinds = ipsock_addr_is_unspecified(addr) + ipsock_addr_is_loopback(addr) +
                      ipsock_addr_is_link_local(addr) + ipsock_addr_is_broadcast(addr) +
                      ipsock_addr_is_multicast(addr) + ipsock_addr_is_global_unicast(addr);
    REQUIRE(kinds == (known ? 1 : 0));
    REQUIRE(ipsock_addr_is_multicast(addr) || (!ipsock_addr_is_link_local_multicast(addr) &&
                                               !ipsock_addr_is_interface_local_multicast(addr) &&
                                               !ipsock_addr_is_source_specific(addr)));
}

/* An address to the system's form and back is the same. */
static void native_and_back(const struct ipsock_addr *addr, size_t cut)
{
    union {
        struct sockaddr any;
        struct sockaddr_storage storage;
    } name;
    struct ipsock_addr back;
    socklen_t length = 1;
    REQUIRE(ipsock_addr_to_sockaddr(addr, &name.any, sizeof name, &length) == IPSOCK_OK);
    REQUIRE(length == (addr->family == IPSOCK_IPV4 ? sizeof(struct sockaddr_in)
                                                   : sizeof(struct sockaddr_in6)));
    REQUIRE(ipsock_addr_from_sockaddr(&back, &name.any, length) == IPSOCK_OK);
    /* KAME's scope inside the address is taken out of it */
    REQUIRE(same(addr, &back) || (addr->scope == 0 && ipsock_addr_is_link_local(addr)));
    const size_t size = cut % length;
    void *room = fuzz_room(size);
    socklen_t untouched = 12345;
    REQUIRE(ipsock_addr_to_sockaddr(addr, room, size, &untouched) == IPSOCK_ENOSPC);
    REQUIRE(fuzz_untouched(room, size) && untouched == 12345);
    free(room);
}

static void from_struct(struct fuzz_in *in)
{
    const size_t cut = fuzz_u8(in);
    const struct ipsock_addr addr = any_addr(in), other = any_addr(in);
    char text[IPSOCK_ADDR_TEXT];
    socklen_t length = 0;
    struct sockaddr_storage name;
    predicates(&addr);
    REQUIRE(ipsock_addr_equal(&addr, &other) == same(&addr, &other));
    REQUIRE(ipsock_addr_same_ip(&addr, &other) == ipsock_addr_same_ip(&other, &addr));
    if (addr.family == IPSOCK_IPV4 || addr.family == IPSOCK_IPV6) {
        text_and_back(&addr, cut);
        native_and_back(&addr, cut);
        return;
    }
    REQUIRE(ipsock_addr_format(&addr, text, sizeof text) == IPSOCK_EFAMILY);
    REQUIRE(ipsock_addr_to_sockaddr(&addr, (struct sockaddr *)&name, sizeof name, &length) ==
            IPSOCK_EFAMILY);
}

/* The kernel's bytes: the family where this system has it, then the rest of the input. */
static void from_sockaddr(struct fuzz_in *in)
{
    const size_t cut = fuzz_u8(in);
    const uint8_t family = fuzz_u8(in);
    struct sockaddr_storage full;
    struct ipsock_addr addr;
    const size_t length = in->left < sizeof full ? in->left : sizeof full;
    fuzz_bytes(in, &full, sizeof full);
    if (family < 2)
        full.ss_family = family == 0 ? AF_INET : AF_INET6;
    struct sockaddr *exact = fuzz_copy(&full, length);
    memset(&addr, 0xa5, sizeof addr);
    const int code = ipsock_addr_from_sockaddr(&addr, exact, (socklen_t)length);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EINVAL || code == IPSOCK_EFAMILY);
        REQUIRE(fuzz_untouched(&addr, sizeof addr));
    } else {
        REQUIRE(addr.reserved == 0);
        native_and_back(&addr, cut);
    }
    free(exact);
}

/* Host and port apart, put together, are the same host and port. */
static void from_host(struct fuzz_in *in)
{
    const size_t size = fuzz_u8(in);
    char *text = fuzz_room(in->left + 1), *host = fuzz_room(size);
    uint16_t port = 0xa5a5, again_port;
    memcpy(text, in->at, in->left);
    text[in->left] = '\0';
    const int code = ipsock_split_host_port(text, host, size, &port);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EINVAL || code == IPSOCK_ENOSPC);
        REQUIRE(fuzz_untouched(host, size) && port == 0xa5a5);
    } else {
        char whole[300], again[256];
        REQUIRE(strlen(host) < size && strlen(host) < strlen(text));
        snprintf(whole, sizeof whole, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host,
                 (unsigned)port);
        REQUIRE(ipsock_split_host_port(whole, again, sizeof again, &again_port) == IPSOCK_OK);
        REQUIRE(strcmp(host, again) == 0 && port == again_port);
    }
    free(host);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    switch (fuzz_u8(&in) % MODES) {
    case TEXT:
        from_text(&in);
        break;
    case STRUCT:
        from_struct(&in);
        break;
    case SOCKADDR:
        from_sockaddr(&in);
        break;
    default:
        from_host(&in);
    }
    return 0;
}
