// SPDX-License-Identifier: BSD-2-Clause
#ifndef MODEL_SENT_H
#define MODEL_SENT_H

#include "model.h"

#define MODEL_ITEMS 16

/* What control data asks of a packet to be sent. */
struct model_sent {
    bool ipv4; /* given: the destination's family */
    int traffic_class;
    int ecn;
    unsigned segment;
    size_t length;
    bool lost; /* nobody takes a packet from 0.0.0.0 */
    _Alignas(8) unsigned char control[(MODEL_ITEMS + 1) * 40];
};

/* A Winsock error or 0. */
int model_control_in(const struct model_socket *s, const WSABUF *control, struct model_sent *to);

#endif
