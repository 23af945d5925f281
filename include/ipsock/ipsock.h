// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * ipsock: one C API over the IP-level socket facilities of Linux, the BSDs, macOS and Windows. This
 * header includes all others but native.h, the one that needs system headers.
 */
#ifndef IPSOCK_IPSOCK_H
#define IPSOCK_IPSOCK_H

#include <ipsock/addr.h>
#include <ipsock/base.h>
#include <ipsock/capability.h>
#include <ipsock/control.h>
#include <ipsock/dscp.h>
#include <ipsock/endpoint.h>
#include <ipsock/error.h>
#include <ipsock/filter.h>
#include <ipsock/flow.h>
#include <ipsock/header.h>
#include <ipsock/icmp.h>
#include <ipsock/interface.h>
#include <ipsock/message.h>
#include <ipsock/multicast.h>
#include <ipsock/option.h>

#endif
