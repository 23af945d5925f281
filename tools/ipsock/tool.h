// SPDX-License-Identifier: BSD-2-Clause
/* What the commands share. Only ipsock's public headers and standard C are used. */
#ifndef IPSOCK_TOOL_H
#define IPSOCK_TOOL_H

#include <ipsock/ipsock.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define EXIT_OK    0
#define EXIT_FAIL  1
#define EXIT_USAGE 2

/* The commands: arguments after the command's name, exit code. */
int command_caps(int argc, char **argv);
int command_interfaces(int argc, char **argv);
int command_listen(int argc, char **argv);
int command_ping(int argc, char **argv);
int command_send(int argc, char **argv);
int command_trace(int argc, char **argv);

/** Makes the arguments, and what a console shows, UTF-8. */
void use_utf8(int *argc, char ***argv);

/** Standard input and output carry bytes, no lines. */
void binary_streams(void);

/* Output. */
/** Prints a string for people: control characters as \xNN, so that no name or payload can write to
 * the terminal. */
void print_escaped(FILE *out, const char *text, size_t length);
/** Prints an address, of an interface's name too as print_escaped does; "?" for none. */
void print_addr(FILE *out, const struct ipsock_addr *addr);
/** Prints a number of things: "1 packet", "2 packets", "0 replies". */
void print_count(FILE *out, uint64_t count, const char *thing);
/** Prints a JSON string, or null for NULL; what is not UTF-8 becomes U+FFFD. */
void json_text(FILE *out, const char *text);
/** Prints a JSON string of one character a byte (Latin-1), which any payload fits. */
void json_bytes(FILE *out, const void *bytes, size_t length);
/** Prints an address as JSON string, with port if it has one; null for no address. */
void json_addr(FILE *out, const struct ipsock_addr *addr);
/** Flushes the output. @return code, or EXIT_FAIL when something could not be written */
int finish_output(int code);

/* Errors, all on standard error. */
/** "ipsock COMMAND: SUBJECT: ERROR". @return EXIT_FAIL */
int fail(const char *command, const char *subject, const struct ipsock_error *error);
/** The same for a function without struct ipsock_error. */
int fail_code(const char *command, const char *subject, int code);
/** The same for an endpoint's last failure in a direction. */
int fail_endpoint(const char *command, const char *subject, struct ipsock_endpoint *s,
                  int direction);

/* Names. */
const char *family_name(int family);
/** "Not-ECT", "ECT(1)", "ECT(0)", "CE". */
const char *ecn_name(unsigned ecn);
/** Reads "AF11", "EF", 40 or 0x28 as the octet of the traffic class. */
bool parse_traffic_class(const char *text, uint8_t *traffic_class);
/** The same for the value of --traffic-class. @return EXIT_OK, or EXIT_USAGE after a message */
int read_traffic_class(const char *command, const char *text, uint8_t *traffic_class);

/** Reads the value of --ecn, a name or 0 to 3, into the lower two bits of a traffic class; NULL
 * leaves them. @return EXIT_OK, or EXIT_USAGE after a message */
int read_ecn(const char *command, const char *text, uint8_t *traffic_class);

/* Addresses of the command line. */
/** Reads "HOST:PORT", "[V6]:PORT" or ":PORT" (host[0] is then 0).
 * @return EXIT_OK, or the exit code after a message */
int split_target(const char *command, const char *text, char *host, size_t size, uint16_t *port);
/** The first address of a host; of a v4-mapped one the IPv4 address in it, as with read_address.
 * @return EXIT_OK, or EXIT_FAIL after a message */
int resolve_target(const char *command, const char *host, uint16_t port, int family,
                   struct ipsock_addr *addr);
/** Reads the address that is an option's value. @return EXIT_OK, or the exit code after a message
 */
int read_address(const char *command, const char *option, const char *text,
                 struct ipsock_addr *addr);
/** Gives link-local addresses the zone that --interface names (index 0: it was not given), or that
 * the other address has. Whatever names an interface has to name the same. Other scopes may go
 * without, and link-local groups if they may.
 * @param source NULL, or without family: none
 * @return EXIT_OK, or the exit code after a message */
int settle_zones(const char *command, struct ipsock_addr *peer, struct ipsock_addr *source,
                 uint32_t index, bool groups_may_lack_it);
/** The family that -4 and -6 ask for: 0 for neither. @return whether they agree; false after a
 * message */
bool choose_family(const char *command, bool ipv4, bool ipv6, int *family);

/** Reads the values of --traffic-class, --source and --interface, each of which may be NULL, for an
 * endpoint and the control data of what it sends. @return EXIT_OK, or the exit code after a message
 */
int read_sending(const char *command, const char *traffic_class, const char *source,
                 const char *interface, struct ipsock_config *config,
                 struct ipsock_control *control);

/** Reads an interface's name, or else its index.
 * @return EXIT_OK, or EXIT_FAIL after a message */
int read_interface(const char *command, const char *text, uint32_t *index);

/* ICMP. */
uint8_t echo_request_type(int family);
uint8_t echo_reply_type(int family);
/** An identifier for echo requests that leave by a raw endpoint. No other ipsock of this host has
 * it while *holder, to be freed, holds the UDP port of the same number.
 * @return EXIT_OK, or EXIT_FAIL after a message */
int reserve_echo_id(const char *command, int family, struct ipsock_endpoint **holder, uint16_t *id);
/** A number in network order. */
uint16_t load16(const uint8_t *bytes);
/** Whether the system tells such endpoints of ICMP errors about their packets. */
bool has_error_stream(int kind, int family);
/** A filter of a raw ICMP endpoint that lets nothing but errors pass. They come as messages there,
 * beside everything else that the host is sent. */
void filter_icmp_errors(struct ipsock_icmp_filter *filter, int family);

/* Received packets. */
/** Control data that packets are printed with: what the system can deliver on such an endpoint. */
uint32_t packet_control(int kind, int family, bool dual_stack);

struct packet_printer {
    bool json;
    bool timestamps;     /* lines begin with the wall clock's time; JSON has both */
    int64_t start;       /* times are printed since then */
    uint32_t name_index; /* interface whose name is in name */
    char name[64];
};

/** Prints when, at the beginning of a line: seconds since the start, or the time, UTC. */
void print_time(const struct packet_printer *printer);
/** The same as JSON members. */
void json_time(const struct packet_printer *printer);
/** Prints where and when a message came from, and its control data; JSON without braces. */
void print_packet_head(struct packet_printer *printer, const struct ipsock_message *message);
/** Prints one message with its control data. */
void print_packet(struct packet_printer *printer, const struct ipsock_message *message);

#endif
