# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by ci/demo and lab.sh
# The demo's chapters about raw sockets and filters. Sourced by ci/demo.

# ---- OSPF hellos ----

# What tshark says of each hello, in its own words, as far as it matters here.
hello_words() {
	sed -nE -e 's/^ +Interface name: (.*)/Interface \1/p' -e '/^Internet Protocol Version|^Open/p' \
		-e 's/^[ .01]+= (Traffic Class:)/    \1/p' \
		-e '/^ +(Differentiated Services Field|Time to Live|Hop Limit|Checksum):/p' \
		-e 's/^ +(Version: [23])$/    \1/p' "$work/wire" | sed -E 's/^ {5,}/    /'
}

# hello_was VERSION PATTERN: one hello of that version, and these are the words about it.
hello_was() {
	hello_words | awk '
		/^Interface/ { if (line) print line; line = "" }
		{ sub(/^ +/, ""); line = line $0 "|" }
		END { print line }' | grep -E "\|Version: $1\|" >"$work/hello"
	[ "$(wc -l <"$work/hello")" -eq 1 ] && grep -qE "$2" "$work/hello"
}

hellos_seen() {
	[ "$(grep -c '^ *Checksum:' "$work/wire")" -ge "$1" ]
}

show_ospf() {
	local families=(v4) family
	[ -z "$ipv6" ] || families+=(v6)
	chapter "An OSPF hello" \
		"examples/ospf_hello.c speaks a protocol of its own on raw sockets: hellos to all OSPF routers of" \
		"one link, with traffic class CS6 and hop limit 1. The client says one; the server, which knows" \
		"both cables, hears it. The checksum of OSPFv3 spans addresses: the kernel is asked to write it."
	capture server east,west 'ospf.srcrouter == 192.0.2.100' -O frame,ip,ipv6,ospf
	for family in "${families[@]}"; do
		serve server "$work/hello.$family" 'hello sent' "$ospf_hello" "$family" east --interval 60
		run client "$ospf_hello" "$family" east --router-id 192.0.2.100 --interval 1 --count 1
	done
	until_true 10 hellos_seen "${#families[@]}" || true
	stop_all
	printf '   the server heard:\n'
	cat "$work"/hello.v? | grep '^neighbour' | indent || true
	printf '   tshark saw:\n'
	hello_words | indent
	check "OSPFv2: by the one cable to 224.0.0.5, CS6, TTL 1, the checksum correct" hello_was 2 \
		'^Interface east\|.*: 192\.0\.2\.100, Dst: 224\.0\.0\.5\|.*Field: 0xc0 .*Live: 1\|.*: 0x.* \[correct\]\|$'
	check "the server heard it, and by which interface" grep -q \
		'^neighbour 192.0.2.100 .* from 192.0.2.100 by east hop limit 1' "$work/hello.v4"
	if [ -n "$ipv6" ]; then
		check "OSPFv3: by the one cable to ff02::5, CS6, hop limit 1, the kernel's checksum correct" hello_was 3 \
			'^Interface east\|.*: fe80::100, Dst: ff02::5\|.*Class: 0xc0 .*Limit: 1\|.*: 0x.* \[correct\]\|$'
		check "the server heard that, too" grep -q \
			'^neighbour 192.0.2.100 .* from fe80::100%east by east hop limit 1' "$work/hello.v6"
	else
		skip "OSPFv3: this kernel has no IPv6"
	fi
}

# ---- filters ----

# Datagrams to a UDP port that the kernel has dropped on the server.
udp_drops() { # PORT
	on server cat /proc/net/udp | awk -v port="$(printf ':%04X' "$1")" \
		'index($2, port) { print $NF }'
}

dropped() { # PORT N
	[ "$(udp_drops "$1")" = "$2" ]
}

# The words that came out of bpf_filter, joined by a comma.
heard() {
	sed -nE 's/^[0-9.]+:[0-9]+: //p' "$work/bpf.log" | paste -sd , -
}

heard_is() {
	[ "$(heard)" = "$1" ]
}

show_bpf() {
	local word drops
	chapter "A program in front of the socket" \
		"examples/bpf_filter.c makes a program of classic BPF from the word hello: datagrams that begin" \
		"otherwise never reach it, and wake nobody. The kernel runs it here, the library on systems" \
		"without such a facility; what is valid and what passes is the same."
	watch server east 'udp.dstport == 7200' udp.length
	serve server "$work/bpf.log" 'run by' "$bpf_filter" 7200 hello
	for word in 'hello one' help goodbye 'hello two' 'say hello'; do
		run client "$ipsock" send 192.0.2.7:7200 --data "$word"
	done
	until_true 10 dropped 7200 3 || true
	drops=$(udp_drops 7200)
	run client "$ipsock" send 192.0.2.7:7200 --data hellobye
	until_true 10 grep -q '^dropped by' "$work/bpf.log" || true
	seen 6 || true
	stop_all
	printf '   the server:\n'
	indent <"$work/bpf.log"
	printf '   the kernel dropped %s of the %s datagrams that came in by the cable.\n' \
		"${drops:-?}" "$(wc -l <"$work/wire")"
	check "six datagrams came, by tshark" has_exactly 6
	check "those that begin with the word were heard, in order" heard_is 'hello one,hello two,hellobye'
	check "the other three the kernel dropped, by its own count (/proc/net/udp)" test "$drops" = 3
	check "so that nothing was left for the library to drop" grep -qx 'dropped by the library: 0' \
		"$work/bpf.log"
}

has_exactly() {
	[ "$(wc -l <"$work/wire")" -eq "$1" ]
}

# What the client's kernel has received of each ICMP type: v4 or v6, type, number.
icmp_received() {
	on client cat /proc/net/snmp /proc/net/snmp6 2>/dev/null | awk '
		$1 == "IcmpMsg:" && $2 ~ /Type/ { split($0, name, " ") }
		$1 == "IcmpMsg:" && $2 !~ /Type/ {
			for (i = 2; i <= NF; i++) if (sub("^InType", "", name[i])) print "v4", name[i], $i
		}
		sub("^Icmp6InType", "", $1) { print "v6", $1, $2 }' | sort
}

# What it has received since then: lines of icmp_received.
icmp_since() { # FILE
	icmp_received | awk 'NR == FNR { before[$1 $2] = $3; next }
		$3 > before[$1 $2] { print $1, $2, $3 - before[$1 $2] }' "$1" -
}

# Type TYPE came N times, and N lines of the monitor are about it; no other line is about a message.
only_type() { # FAMILY TYPE N
	[ "$(grep -c ': type=' "$work/icmp.$1")" -eq "$3" ] &&
		[ "$(grep -c ": type=$2 destination unreachable" "$work/icmp.$1")" -eq "$3" ] &&
		grep -qx "$1 $2 $3" "$work/came"
}

monitor_icmp() { # FAMILY ADDRESS
	icmp_received >"$work/before"
	serve client "$work/icmp.$1" 'listening for' "$icmp_monitor" "$1" 'destination unreachable'
	run client "$ipsock" ping "$2" --count 2 --interval 0.1
	case $2 in *:*) set -- "$1" "[$2]" ;; esac
	# Nobody listens there: two ICMP errors come back.
	run client "$ipsock" send "$2:7201" --count 2 --batch 1 --interval 10
	until_true 10 has_lines "$work/icmp.$1" 3 || true
	icmp_since "$work/before" >"$work/came"
	stop_all
	printf '   the monitor, and what the kernel counted:\n'
	indent <"$work/icmp.$1"
	awk '{ printf "kernel: %s messages of type %s\n", $3, $2 }' "$work/came" | indent
}

show_icmp_filter() {
	chapter "Some ICMP types, and no others" \
		"examples/icmp_monitor.c sees ICMP messages on a raw socket, of the types that it names to a filter." \
		"Two echo replies and two ICMP errors come to the client; it wants the errors." \
		"For IPv6 neighbour discovery goes by on the same protocol."
	monitor_icmp v4 192.0.2.7
	check "two echo replies came to this host" grep -qx 'v4 0 2' "$work/came"
	check "the monitor saw both errors and nothing else" only_type v4 3 2
	if [ -n "$ipv6" ]; then
		monitor_icmp v6 2001:db8:1::7
		check "IPv6: two echo replies came" grep -qx 'v6 129 2' "$work/came"
		check "the monitor saw both errors and nothing else" only_type v6 1 2
	else
		skip "the same over IPv6: this kernel has none"
	fi
}

# ---- traceroute ----

# client - r1 - r2 - r3 - server: link N is 203.0.113.(16 N)/28 and 2001:db8:1N::/64, the host on its
# left .1 or ::1, the one on its right .2 or ::2.
lay_path() {
	local path=(client r1 r2 r3 server) link n router
	add_host r1 r2 r3
	for n in 1 2 3 4; do
		link=link$n
		cable "${path[n - 1]}" "${path[n]}" "$link"
		addresses "${path[n - 1]}" "$link" "203.0.113.$((16 * n + 1))/28" "2001:db8:1$n::1/64" fe80::1/64
		addresses "${path[n]}" "$link" "203.0.113.$((16 * n + 2))/28" "2001:db8:1$n::2/64" fe80::2/64
	done
	# A narrower link, for the path's MTU.
	ip_on r2 link set link3 mtu 1400
	ip_on r3 link set link3 mtu 1400
	for router in r1 r2 r3 server; do
		# Errors are rationed; not here.
		sysctl_on "$router" net.ipv4.icmp_ratelimit 0
		[ -z "$ipv6" ] || sysctl_on "$router" net.ipv6.icmp.ratelimit 0
		[ "$router" != server ] || continue
		sysctl_on "$router" net.ipv4.ip_forward 1
		[ -z "$ipv6" ] || sysctl_on "$router" net.ipv6.conf.all.forwarding 1
	done
	# To the server on the way there, to the client on the way back.
	for n in 1 2 3; do
		route "${path[n - 1]}" 203.0.113.64/28 "203.0.113.$((16 * n + 2))"
		route "${path[n - 1]}" 2001:db8:14::/64 "2001:db8:1$n::2"
		route "${path[n + 1]}" 203.0.113.16/28 "203.0.113.$((16 * n + 17))"
		route "${path[n + 1]}" 2001:db8:11::/64 "2001:db8:1$((n + 1))::1"
	done
}

# hops_are ADDRESS…: a line each, in this order, with three times; and it ended well.
hops_are() {
	local n=0 address
	[ "$status" -eq 0 ] && [ "$(grep -cE '^ *[0-9]+ ' "$work/out")" -eq $# ] || return 1
	for address in "$@"; do
		n=$((n + 1))
		grep -qE "^ *$n +${address//./\\.}( +[0-9.]+ ms){3}" "$work/out" || return 1
	done
}

show_trace() {
	local v4=(203.0.113.18 203.0.113.34 203.0.113.50 203.0.113.66)
	local v6=(2001:db8:11::2 2001:db8:12::2 2001:db8:13::2 2001:db8:14::2)
	chapter "The way over three routers" \
		"examples/traceroute.c, and the command, send datagrams that may pass one router, two, three, and" \
		"so on, and hear from the ICMP errors who was where. These come as events of the endpoint that sent," \
		"which takes no privilege here." \
		'' '     client --- r1 --- r2 --- r3 --- server' ''
	lay_path
	check "the server can be reached by this way" until_true 10 on client "$ipsock" ping "${v4[3]}" --count 1
	run client "$traceroute" "${v4[3]}"
	check "three routers and the server, in their order" hops_are "${v4[@]}"
	run client "$traceroute" -r "${v4[3]}"
	check "the same heard on a raw ICMP endpoint, as on systems without such events" hops_are "${v4[@]}"
	run client "$ipsock" trace --mtu "${v4[3]}"
	check "the link from r2 to r3 is narrower, and r2 says so" \
		grep -qE "^ *3 +${v4[1]//./\\.} +F=1400 +${v4[2]//./\\.} " "$work/out"
	check "every probe was answered; the path's MTU is 1400" grep -qE 'reached in 4 hops: 5 sent, 5 answered, path MTU 1400$' "$work/out"
	if [ -n "$ipv6" ]; then
		check "IPv6: the server can be reached" until_true 10 \
			on client "$ipsock" ping "${v6[3]}" --count 1
		run client "$ipsock" trace "${v6[3]}"
		check "the same way over IPv6, by the command" hops_are "${v6[@]}"
	else
		skip "the same way over IPv6: this kernel has none"
	fi
}
