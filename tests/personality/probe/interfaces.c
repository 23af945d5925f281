// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces: the list of getifaddrs, and the questions about one. */
#include "probe.h"

#ifdef PORT_IFADDRS

#ifdef AF_LINK
#include <net/if_dl.h>
#endif

static const char *flags_words(unsigned flags)
{
    return text("%s%s%s%s%s%s", flags & IFF_UP ? "up " : "",
                flags & IFF_BROADCAST ? "broadcast " : "", flags & IFF_LOOPBACK ? "loopback " : "",
                flags & IFF_POINTOPOINT ? "pointopoint " : "",
                flags & IFF_RUNNING ? "running " : "", flags & IFF_MULTICAST ? "multicast" : "");
}

static const char *mask_text(const struct sockaddr *mask)
{
    unsigned bits = 0;
    const uint8_t *bytes = (const uint8_t *)mask;
    if (!mask)
        return "none";
    struct sockaddr_in6 six;
    struct sockaddr_in four;
    int v6 = mask->sa_family == AF_INET6;
    /* BSD: the family of a mask may be missing, and its length cut after the last byte that is not
     * zero */
    size_t at = v6 ? (size_t)((uint8_t *)&six.sin6_addr - (uint8_t *)&six)
                   : (size_t)((uint8_t *)&four.sin_addr - (uint8_t *)&four);
    size_t end = at + (v6 ? 16 : 4);
    const char *cut = "";
#ifdef HAVE_SA_LEN
    if (mask->sa_len < end)
        cut = text(" cut %u", mask->sa_len), end = mask->sa_len;
#endif
    for (size_t i = at; i < end; i++)
        for (int bit = 7; bit >= 0; bit--)
            bits += bytes[i] >> bit & 1;
    return text("%u%s", bits, cut);
}

static const char *entry_text(const struct ifaddrs *e)
{
    if (!e->ifa_addr)
        return "no address";
    int family = e->ifa_addr->sa_family;
    socklen_t length =
        family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (family == AF_INET || family == AF_INET6) {
        const char *other = e->ifa_flags & IFF_BROADCAST && family == AF_INET && e->ifa_broadaddr
                                ? address_text(e->ifa_broadaddr, length)
                                : "none";
        return text("%s/%s broadcast %s", address_text(e->ifa_addr, length),
                    mask_text(e->ifa_netmask), other);
    }
#ifdef AF_LINK
    if (family == AF_LINK) {
        struct sockaddr_dl dl;
        memcpy(&dl, e->ifa_addr, e->ifa_addr->sa_len < sizeof dl ? e->ifa_addr->sa_len : sizeof dl);
        return text("link index %s nlen %u alen %u slen %u", name_interface(dl.sdl_index),
                    dl.sdl_nlen, dl.sdl_alen, dl.sdl_slen);
    }
#endif
    return "link";
}

static void list(void)
{
    static const char *const wanted[] = {"lo", "net0", "net1"};
    struct ifaddrs *all = NULL;
    long r = port_getifaddrs(&all);
    say("getifaddrs", "%s", result(r));
    if (r < 0)
        return;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        int number = 0;
        for (struct ifaddrs *e = all; e; e = e->ifa_next) {
            long index = port_nametoindex(e->ifa_name);
            if (index <= 0 || strcmp(name_interface((unsigned)index), wanted[i]))
                continue;
            say(text("%s.%d", wanted[i], number++), "%s flags %s data %s", entry_text(e),
                flags_words(e->ifa_flags), e->ifa_data ? "yes" : "no");
        }
    }
    port_freeifaddrs(all);
}

static void questions(void)
{
    char name[64] = "";
    static const unsigned none[] = {0, 9999, 0x7fffffff};
    for (int i = PORT_LO; i <= PORT_NET1; i++) {
        unsigned index = port_index((enum port_interface)i);
        struct ifreq request;
        long r = port_indextoname(index, name), back = port_nametoindex(name);
        say(text("name.%d", i), "%s back %s", result(r),
            back == (long)index ? "same" : result(back));
        int fd = open_kind(UDP4);
        memset(&request, 0, sizeof request);
        memcpy(request.ifr_name, name, strlen(name));
        r = port_ioctl(fd, SIOCGIFFLAGS, &request);
        say(text("SIOCGIFFLAGS.%d", i), "%s %s", result(r),
            flags_words((unsigned)(uint16_t)request.ifr_flags));
        r = port_ioctl(fd, SIOCGIFMTU, &request);
        say(text("SIOCGIFMTU.%d", i), "%s %d", result(r), request.ifr_mtu);
        shut(fd);
    }
    for (size_t n = 0; n < COUNT(none); n++)
        say(text("no.index.%u", none[n]), "%s", result(port_indextoname(none[n], name)));
    static const char *const wrong[] = {"", "nonesuch", "a.name.of.more.than.sixteen"};
    for (size_t n = 0; n < COUNT(wrong); n++)
        say(text("no.name.%zu", strlen(wrong[n])), "%s", result(port_nametoindex(wrong[n])));
    struct ifreq request;
    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, "nonesuch", 8);
    int fd = open_kind(UDP4), six = open_kind(UDP6);
    say("SIOCGIFFLAGS.nonesuch", "%s", result(port_ioctl(fd, SIOCGIFFLAGS, &request)));
    say("SIOCGIFMTU.nonesuch", "%s", result(port_ioctl(fd, SIOCGIFMTU, &request)));
    port_indextoname(port_index(PORT_NET0), request.ifr_name);
    say("SIOCGIFFLAGS.udp6", "%s", result(port_ioctl(six, SIOCGIFFLAGS, &request)));
}

const struct probe interfaces_probes[] = {
    {"interfaces.list", list}, {"interfaces.questions", questions}, {NULL, NULL}};

#else

static void absent(void)
{
    say("getifaddrs", "absent");
}

const struct probe interfaces_probes[] = {{"interfaces.list", absent}, {NULL, NULL}};

#endif
