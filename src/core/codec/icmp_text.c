// SPDX-License-Identifier: BSD-2-Clause
/* ICMP messages as text. */
#include "core/codec/addr_text.h"
#include "core/codec/icmp.h"

/* A name from the network is for terminals only with its other bytes escaped. */
static void put_name(struct ipsk_text *out, const char *text)
{
    ipsk_text_string(out, " name=");
    for (; *text != '\0'; text++) {
        const uint8_t byte = (uint8_t)*text;
        if (byte > ' ' && byte < 0x7f && byte != '\\') {
            ipsk_text_char(out, *text);
            continue;
        }
        ipsk_text_string(out, "\\x");
        ipsk_text_bytes(out, &byte, 1);
    }
}

static void put_body(struct ipsk_text *out, const struct ipsock_icmp_message *m, int body)
{
    switch (body) {
    case IPSOCK_ICMP_BODY_ECHO:
    case IPSOCK_ICMP_BODY_ECHO_REPLY:
    case IPSOCK_ICMP_BODY_EXTENDED_ECHO:
    case IPSOCK_ICMP_BODY_EXTENDED_REPLY:
        ipsk_text_field(out, " id=", m->id);
        ipsk_text_field(out, " seq=", m->sequence);
        break;
    case IPSOCK_ICMP_BODY_UNREACHABLE:
        if (m->family == IPSOCK_IPV4 && m->code == IPSK_ICMP_MTU_CODE)
            ipsk_text_field(out, " mtu=", m->mtu);
        break;
    case IPSOCK_ICMP_BODY_PARAMETER:
        ipsk_text_field(out, " pointer=", m->pointer);
        break;
    case IPSOCK_ICMP_BODY_TOO_BIG:
        ipsk_text_field(out, " mtu=", m->mtu);
        break;
    case IPSOCK_ICMP_BODY_REDIRECT:
        ipsk_text_field_ip(out, " gateway=", &m->gateway);
        break;
    default:
        break;
    }
    if (body == IPSOCK_ICMP_BODY_EXTENDED_ECHO)
        ipsk_text_field(out, " local=", m->local);
    if (body == IPSOCK_ICMP_BODY_EXTENDED_REPLY) {
        ipsk_text_field(out, " state=", m->state);
        ipsk_text_field(out, " active=", m->active);
        ipsk_text_field(out, " ipv4=", m->has_ipv4);
        ipsk_text_field(out, " ipv6=", m->has_ipv6);
    }
}

static bool put_mpls(struct ipsk_text *out, const struct ipsock_icmp_object *object)
{
    struct ipsock_icmp_mpls_label label;
    struct ipsock_icmp_object entry = *object;
    size_t count, one;
    if (ipsock_icmp_mpls_decode(object, NULL, 0, &count) != IPSOCK_OK)
        return false;
    ipsk_text_string(out, " mpls(");
    entry.length = 4; /* one at a time */
    for (size_t i = 0; i < count; i++) {
        entry.payload = object->payload + i * 4;
        (void)ipsock_icmp_mpls_decode(&entry, &label, 1, &one);
        ipsk_text_field(out, i == 0 ? "label=" : ", label=", label.label);
        ipsk_text_field(out, " tc=", label.traffic_class);
        ipsk_text_field(out, " s=", label.bottom);
        ipsk_text_field(out, " ttl=", label.ttl);
    }
    return true;
}

static bool put_interface(struct ipsk_text *out, const struct ipsock_icmp_object *object)
{
    static const char *const roles[] = {"incoming", "sub", "outgoing", "next-hop"};
    struct ipsock_icmp_interface info;
    if (ipsock_icmp_interface_decode(object, &info) != IPSOCK_OK)
        return false;
    ipsk_text_string(out, " interface(role=");
    ipsk_text_string(out, roles[info.role]);
    if (info.has_index)
        ipsk_text_field(out, " index=", info.index);
    if (info.addr.family != IPSOCK_UNSPEC)
        ipsk_text_field_ip(out, " addr=", &info.addr);
    if (info.name[0] != '\0')
        put_name(out, info.name);
    if (info.has_mtu)
        ipsk_text_field(out, " mtu=", info.mtu);
    return true;
}

static bool put_ident(struct ipsk_text *out, const struct ipsock_icmp_object *object)
{
    struct ipsock_icmp_ident ident;
    if (ipsock_icmp_ident_decode(object, &ident) != IPSOCK_OK)
        return false;
    ipsk_text_string(out, " ident(by=");
    if (ident.by == IPSOCK_ICMP_IDENT_NAME) {
        ipsk_text_string(out, "name");
        put_name(out, ident.name);
    } else if (ident.by == IPSOCK_ICMP_IDENT_INDEX) {
        ipsk_text_field(out, "index index=", ident.index);
    } else {
        ipsk_text_field(out, "address family=", ident.address_family);
        ipsk_text_string(out, " addr=");
        ipsk_text_bytes(out, ident.address, ident.address_length);
    }
    return true;
}

static void put_object(struct ipsk_text *out, const struct ipsock_icmp_object *object)
{
    if (!put_mpls(out, object) && !put_interface(out, object) && !put_ident(out, object)) {
        ipsk_text_field(out, " object(class=", object->object_class);
        ipsk_text_field(out, " type=", object->object_type);
        ipsk_text_string(out, " data=");
        if (object->payload != NULL)
            ipsk_text_bytes(out, object->payload, object->length);
    }
    ipsk_text_char(out, ')');
}

static void put_extension(struct ipsk_text *out, const struct ipsock_icmp_message *m)
{
    static const char *const states[] = {"none",    "found",    "legacy", "length", "short",
                                         "version", "checksum", "object", "cut"};
    if (m->extension != IPSOCK_ICMP_EXTENSION_NONE &&
        m->extension < sizeof states / sizeof *states) {
        ipsk_text_string(out, " ext=");
        ipsk_text_string(out, states[m->extension]);
    }
    for (size_t i = 0; m->objects != NULL && i < m->object_count; i++)
        put_object(out, &m->objects[i]);
    if (m->objects_found > m->object_count)
        ipsk_text_field(out, " more=", m->objects_found - m->object_count);
}

int ipsock_icmp_format(const struct ipsock_icmp_message *message, char *text, size_t size)
{
    if (message == NULL || text == NULL ||
        (message->family != IPSOCK_IPV4 && message->family != IPSOCK_IPV6))
        return IPSOCK_EINVAL;
    struct ipsk_text out = ipsk_text_begin(text, size);
    const char *name = ipsock_icmp_type_name(message->family, message->type);
    ipsk_text_field(&out, "type=", message->type);
    if (name != NULL) {
        ipsk_text_char(&out, ' ');
        ipsk_text_string(&out, name);
    }
    ipsk_text_field(&out, " code=", message->code);
    ipsk_text_string(&out, " cksum=");
    ipsk_text_hex(&out, message->checksum);
    const bool raw = message->body == IPSOCK_ICMP_BODY_RAW;
    if (!raw)
        put_body(&out, message, ipsk_icmp_kind(message->family, message->type)->body);
    ipsk_text_field(&out, " datalen=", message->data_length);
    put_extension(&out, message);
    return ipsk_text_finish(&out);
}
