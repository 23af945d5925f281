# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by ci/demo and lab.sh
# The demo's chapters about multicast. Sourced by ci/demo.

# Membership reports from the wire, a line for each record: its type, group, sources.
reports() {
	awk -F '\t' '
		BEGIN { split("IS_INCLUDE IS_EXCLUDE TO_INCLUDE TO_EXCLUDE ALLOW_NEW_SOURCES BLOCK_OLD_SOURCES", name, " ") }
		{
			count = split($1, type, ","); split($2, group, ","); split($3, sources, ","); split($4, source, ",")
			at = 0
			for (i = 1; i <= count; i++) {
				list = ""
				for (left = sources[i]; left > 0; left--) list = list (list ? ", " : "") source[++at]
				if (group[i] ~ /^23[23]\./) printf "IGMPv3 %-17s %s {%s}\n", name[type[i]], group[i], list
			}
		}' "$work/wire"
}

reported() { # TYPES GROUP SOURCES, as a pattern
	reports | grep -qE "^IGMPv3 ($1) +$2 \{$3\}\$"
}

# Only the datagram with this text was received.
heard_only() {
	[ "$(grep -c '^+' "$work/group.log")" -eq 1 ] && grep -qE -e "$1" "$work/group.log"
}

# listen_to GROUP RECORD SOURCE OPTION…: the server listens on the group until it has heard one
# datagram; the client sends one from each of its addresses, the unwanted one first.
listen_to() {
	local group=$1 record=$2 source=$3
	shift 3
	serve server "$work/group.log" 'listening on' "$ipsock" listen "$group:7005" "$@" \
		--interface east --strict --count 1 --timeout 30
	until_true 10 reported "$record" "$group" "$source" || true
	run client "$ipsock" send "$group:7005" --source 192.0.2.101 --interface east --data unwanted
	run client "$ipsock" send "$group:7005" --source 192.0.2.100 --interface east --data wanted
	until_true 10 has_lines "$work/group.log" 3 || true
	printf '   the server received:\n'
	grep '^+' "$work/group.log" | indent || true
}

show_groups() {
	local heard='192\.0\.2\.100:[0-9]+ -> 23[23]\.[0-9.]+ +if=east .*"wanted"'
	chapter "A group from one source only, and from all but one" \
		"The server joins a group for the source 192.0.2.100 (source-specific multicast), then another one" \
		"for all sources but 192.0.2.101. It tells routers and switches so, by IGMPv3, and what it did" \
		"not want is not heard, though it is sent first."
	watch server east igmp igmp.record_type igmp.maddr igmp.num_src igmp.saddr
	listen_to 232.1.1.1 ALLOW_NEW_SOURCES 192.0.2.100 --source 192.0.2.100
	check "one source: only the wanted datagram came" heard_only "$heard"
	listen_to 233.252.0.1 'TO_EXCLUDE|BLOCK_OLD_SOURCES' 192.0.2.101 --exclude 192.0.2.101
	check "all but one: only the wanted datagram came" heard_only "$heard"
	until_true 10 reported TO_INCLUDE 233.252.0.1 '' || true
	stop_all
	printf '   tshark saw:\n'
	reports | awk '!seen[$0]++' | indent
	check "joining the source allowed it" reported ALLOW_NEW_SOURCES 232.1.1.1 192.0.2.100
	check "leaving blocked it" reported BLOCK_OLD_SOURCES 232.1.1.1 192.0.2.100
	check "the excluded source was named" \
		reported 'TO_EXCLUDE|BLOCK_OLD_SOURCES' 233.252.0.1 192.0.2.101
	check "the other group was left too" reported TO_INCLUDE 233.252.0.1 ''
}

show_mdns() {
	local answer='^demo\.local\..*IN.*A.*192\.0\.2\.1$'
	chapter "A multicast DNS answer" \
		"examples/mdns_responder.c joins 224.0.0.251 and ff02::fb and answers with the addresses of the" \
		"interface by which it was asked."
	if ! command -v dig >/dev/null; then
		skip "dig (bind9-dnsutils) is not installed"
		return
	fi
	serve server "$work/mdns.log" 'answering for' "$mdns_responder" demo east
	run client dig -p 5353 +time=5 +tries=1 +noall +answer @192.0.2.1 demo.local A
	check "dig got the server's address" grep -qE "$answer" "$work/out"
	if [ -n "$ipv6" ]; then
		run client dig -p 5353 +time=5 +tries=1 +noall +answer @2001:db8:1::1 demo.local AAAA
		check "and over IPv6 the other one" grep -qE 'AAAA.*2001:db8:1::1$' "$work/out"
	else
		skip "the same over IPv6: this kernel has none"
	fi
	stop_all
}
