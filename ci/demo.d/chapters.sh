# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by ci/demo and lab.sh
# The demo's chapters. Sourced by ci/demo.

# typed HOST PROGRAM ARGUMENT…: the command as it would be typed there.
typed() {
	local host=$1 word line=${2##*/}
	for word in "${@:3}"; do
		case $word in *[![:alnum:]:.,_/%@=+-]*) word="'$word'" ;; esac
		line="$line $word"
	done
	[ -n "$lab" ] || host=
	printf '   %s%s$ %s%s\n' "$dim" "$host" "$line" "$plain"
}

# run HOST PROGRAM ARGUMENT…: typed, then run; its output is shown and stays in $work/out, its exit
# code in $status.
run() {
	typed "$@"
	status=0
	on "$@" >"$work/out" 2>&1 </dev/null || status=$?
	indent <"$work/out"
}

# serve HOST LOG WORDS PROGRAM ARGUMENT…: typed and started in the background; returns when it has
# said WORDS, which is when it listens.
serve() {
	local host=$1 log=$2 words=$3
	shift 3
	typed "$host" "$@"
	start "$host" "$log" "$@"
	until_true 10 grep -q "$words" "$log" || { indent <"$log"; return 1; }
}

show_table() {
	chapter "What this system can do" \
		"Each facility is done by the kernel (native), by the library so that no program can tell (exact)," \
		"or refused with the reason (ipsock caps --kind udp --family ipv4 shows who does what)."
	"$ipsock" caps >"$work/out"
	sed '/^Not native/,$d' "$work/out" | sed -e '1,2d' | indent
	check "every line of the table has its level" \
		table_is_whole
	check "the same as JSON, with who does it and why not" json_table
}

table_is_whole() {
	[ "$(grep -cE '(native|exact|local| -)( |$)' "$work/out")" -ge 30 ] &&
		grep -qE '^hop limit per packet +native' "$work/out"
}

json_table() {
	"$ipsock" caps --json >"$work/out" && grep -q '"mechanism":"IP_TOS"' "$work/out"
}

lay_cables() {
	addresses client east 192.0.2.100/24 192.0.2.101/24 2001:db8:1::100/64 fe80::100/64
	addresses client west 198.51.100.100/24 2001:db8:2::100/64 fe80::101/64
	addresses server east 192.0.2.1/24 192.0.2.7/24 2001:db8:1::1/64 2001:db8:1::7/64 fe80::1/64
	addresses server west 198.51.100.1/24 198.51.100.7/24 2001:db8:2::1/64 2001:db8:2::7/64 fe80::2/64
	chapter "Two hosts for the demo" \
		"Network namespaces, gone again when it ends; nothing leaves this computer." ''
	indent <<-'END'
		          east: 192.0.2.0/24, 2001:db8:1::/64
		        +-------------------------------------+
		 client |                                     | server
		        +-------------------------------------+
		          west: 198.51.100.0/24, 2001:db8:2::/64
	END
	check "both cables are plugged in" until_true 10 cables_are_up
}

cables_are_up() {
	[ "$(on client "$ipsock" interfaces | grep -cE '^[0-9]+: (east|west) .* up running ')" -eq 2 ]
}

show_interfaces() {
	chapter "Interfaces" "Names, indices, MTU, addresses: what control data refers to by number."
	run server "$ipsock" interfaces
	check "loopback is among them" grep -qE '^1: lo .*loopback' "$work/out"
	[ -z "$lab" ] || check "the server has its addresses on two links" \
		grep -q '198\.51\.100\.7/24' "$work/out"
}

# ---- marked TCP ----

tcp_line() {
	awk -F '\t' '{
		flags = $4; sub(/^0x0*/, "", flags)
		what = flags == "2" ? "SYN" : flags == "12" ? "SYN ACK" : flags == "10" ? "ACK" : \
			flags == "18" ? "data" : flags == "11" || flags == "19" ? "FIN" : "flags 0x" flags
		printf "%-12s -> %-12s %-8s %3s bytes   %s\n", $1, $2, what, $5, $3
	}' "$work/wire"
}

all_marked() {
	[ -s "$work/wire" ] && ! cut -f 3 "$work/wire" | grep -qvx 0x28
}

marked_data() { # from ADDRESS
	awk -F '\t' -v from="$1" '$1 == from && $5 > 0 && $3 == "0x28" { n++ } END { exit !n }' \
		"$work/wire"
}

show_marks() {
	chapter "A marked TCP connection" \
		"examples/mark_tcp.c: one call gives a connection the service code point AF11, so that routers" \
		"can tell its segments from the rest. Right: the octet that tshark sees in the IP header."
	watch client east 'tcp.port == 7100' ip.src ip.dst ip.dsfield tcp.flags tcp.len
	serve server "$work/mark.log" 'listening on' "$mark_tcp" serve 192.0.2.1:7100
	run client "$mark_tcp" send 192.0.2.1:7100
	check "the line came back" grep -q 'marked segments' "$work/out"
	until_true 10 marked_data 192.0.2.100 || true
	until_true 10 marked_data 192.0.2.1 || true
	stop_all
	tcp_line | indent
	check "data from the client carries AF11 (0x28)" marked_data 192.0.2.100
	check "data from the server carries AF11 (0x28)" marked_data 192.0.2.1
	check "so does every segment, the SYN included" all_marked
}

# ---- answers from the address that was asked ----

# Requests and answers from the wire: asked address, answering address.
answers() {
	awk -F '\t' '
		{ from = $1 != "" ? $1 : $3; to = $2 != "" ? $2 : $4 }
		$6 == 7001 { asked[$5] = to }
		$5 == 7001 && asked[$6] != "" { printf "%s\t%s\n", asked[$6], from }' "$work/wire"
}

answered_rightly() {
	[ "$(answers | wc -l)" -eq "$1" ] && answers | awk -F '\t' '$1 != $2 { bad = 1 } END { exit bad }'
}

show_echo() {
	local address all=(192.0.2.1 192.0.2.7 198.51.100.1 198.51.100.7)
	[ -z "$ipv6" ] || all+=(2001:db8:1::1 2001:db8:1::7 2001:db8:2::1 2001:db8:2::7 fe80::1%east fe80::2%west)
	chapter "An echo server with many addresses and one socket" \
		"examples/udp_echo.c listens on all of them. Each datagram brings the address that it was sent" \
		"to, and the answer leaves from there. (A plain sendto lets the routing table choose:" \
		"a client that asked 192.0.2.7 would be answered by 192.0.2.1, and drop that.)"
	watch client any 'udp.port == 7001' ip.src ip.dst ipv6.src ipv6.dst udp.srcport udp.dstport
	serve server "$work/echo.log" 'echoing on' "$udp_echo" 7001
	typed client "$ipsock" send ADDRESS:7001 --wait 5
	: >"$work/failures"
	for address in "${all[@]}"; do
		case $address in *:*) address="[$address]" ;; esac
		on client "$ipsock" send "$address:7001" --wait 5 >"$work/out" 2>&1 </dev/null ||
			cat "$work/out" >>"$work/failures"
	done
	indent <"$work/failures"
	seen $((2 * ${#all[@]})) || true
	answers | awk -F '\t' '{ printf "asked %-16s answered by %s\n", $1, $2 }' | indent
	check "${#all[@]} requests, ${#all[@]} answers from the address asked, by tshark" \
		answered_rightly "${#all[@]}"
	[ -n "$ipv6" ] || skip "IPv6: this kernel has none"
	run client "$ipsock" send 192.0.2.7:7001 --traffic-class AF31 --wait 5
	stop_all
	check "the answer has the class of the question, which the client is told" grep -qE -e \
		'192\.0\.2\.7:7001 -> 192\.0\.2\.100 +if=east +hop=[0-9]+ +class=0x68' "$work/out"
}

# ---- control data ----

show_control() {
	local count=4
	[ -n "$ipv6" ] || count=3
	chapter "Control data of each packet, sent and received" \
		"The sender chooses for each packet: traffic class, hop limit, source, interface. The receiver is" \
		"told what the packet's header said, and where it came in."
	watch server east 'udp.port == 7000' ip.src ip.ttl ip.dsfield ipv6.src ipv6.hlim ipv6.tclass
	serve server "$work/listen.log" 'listening on' "$ipsock" listen :7000 --count "$count" --timeout 30
	run client "$ipsock" send 192.0.2.7:7000 --traffic-class AF11 --hop-limit 7 --data one
	run client "$ipsock" send 192.0.2.1:7000 --source 192.0.2.101 --data two
	run client "$ipsock" send 192.0.2.255:7000 --broadcast --interface east --data three
	[ -z "$ipv6" ] ||
		run client "$ipsock" send '[fe80::1%east]:7000' --traffic-class EF --hop-limit 255 --data four
	until_true 10 has_lines "$work/listen.log" $((count + 2)) || true
	seen "$count" || true
	stop_all
	printf '   the server received:\n'
	grep '^+' "$work/listen.log" | indent || true
	check "hop limit 7 and AF11, sent to 192.0.2.7" grep -qE -e \
		'192\.0\.2\.100:[0-9]+ -> 192\.0\.2\.7 +if=east +hop=7 +class=0x28 .*"one"' "$work/listen.log"
	check "the source asked for" grep -qE -e \
		'192\.0\.2\.101:[0-9]+ -> 192\.0\.2\.1 .*"two"' "$work/listen.log"
	check "the broadcast address as destination" grep -qE -e \
		'-> 192\.0\.2\.255 +if=east .*"three"' "$work/listen.log"
	check "tshark saw TTL 7 and 0x28 on the wire, and the other source after it" values_on_wire
	if [ -n "$ipv6" ]; then
		check "IPv6 link-local with its interface, EF, hop limit 255" grep -qE -e \
			'-> fe80::1%east +if=east +hop=255 +class=0xb8 .*"four"' "$work/listen.log"
	else
		skip "the same over IPv6: this kernel has none"
	fi
}

values_on_wire() {
	awk -F '\t' '
		NR == 1 { first = $1 == "192.0.2.100" && $2 == 7 && $3 == "0x28" }
		NR == 2 { second = $1 == "192.0.2.101" && $2 != 7 && $3 == "0x00" }
		END { exit !(first && second) }' "$work/wire"
}

# Without root: the same on the loopback interface.
show_local_control() {
	local count=2
	[ -n "$ipv6" ] || count=1
	chapter "Control data of each packet, sent and received" \
		"The sender chooses for each packet: traffic class, hop limit, source, interface. The receiver is" \
		"told what the packet's header said, and where it came in."
	serve server "$work/listen.log" 'listening on' "$ipsock" listen :0 --count "$count" --timeout 30
	port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$work/listen.log")
	run client "$ipsock" send "127.0.0.1:$port" --traffic-class AF11 --hop-limit 7 \
		--source 127.0.0.9 --data one
	[ -z "$ipv6" ] ||
		run client "$ipsock" send "[::1]:$port" --traffic-class EF --hop-limit 9 --data two
	until_true 10 has_lines "$work/listen.log" $((count + 2)) || true
	stop_all
	printf '   received:\n'
	grep '^+' "$work/listen.log" | indent || true
	check "source 127.0.0.9, hop limit 7, AF11" grep -qE -e \
		'127\.0\.0\.9:[0-9]+ -> 127\.0\.0\.1 +if=lo +hop=7 +class=0x28 .*"one"' "$work/listen.log"
	if [ -n "$ipv6" ]; then
		check "the same over IPv6" grep -qE -e \
			'-> ::1 +if=lo +hop=9 +class=0xb8 .*"two"' "$work/listen.log"
	else
		skip "the same over IPv6: this kernel has none"
	fi
}

# ---- batches ----

# One call of a kind in a strace file, that returned N, and no call that returned another number.
one_call() { # FILE CALL N
	[ "$(grep -cE " = $3\$" <(grep -E "\\b$2\\(" "$1"))" -eq 1 ] &&
		! grep -E "\\b$2\\(" "$1" | grep -vE " = (-1 EAGAIN.*|$3)\$" | grep -q .
}

calls() { # FILE
	sed -nE 's/.*\b((recv|send)mmsg)\(([0-9]+), 0x[0-9a-f]+, ([0-9]+), .* = ([0-9]+)$/\1(\3, …, \4, …) = \5/p' "$1"
}

show_batch() {
	local address=127.0.0.1 pid
	[ -z "$lab" ] || address=192.0.2.7
	chapter "A batch of 64 in one system call" \
		"64 datagrams are sent while the echo server is stopped, so that they wait for it together." \
		"strace shows the system calls of both."
	if ! command -v strace >/dev/null; then
		skip "strace is not installed"
		return
	fi
	# shellcheck disable=SC2016 # the inner shell expands
	typed server strace udp_echo 0
	start server "$work/batch.log" strace -e trace=recvmmsg,sendmmsg -e verbose=none \
		-o "$work/server.strace" sh -c 'echo $$ >"$1"; exec "$2" 0' sh "$work/pid" "$udp_echo"
	if ! until_true 10 grep -q 'echoing on' "$work/batch.log"; then
		skip "strace may not trace here: $(tail -n 1 "$work/batch.log")"
		stop_all
		return
	fi
	port=$(sed -n 's/.*echoing on .*:\([0-9]*\)$/\1/p' "$work/batch.log")
	pid=$(cat "$work/pid")
	# Ending strace would not end what it traces.
	background+=("$pid")
	signal STOP "$pid"
	until_true 10 grep -q 'stopped by SIGSTOP' "$work/server.strace" || true
	typed client strace ipsock send "$address:$port" --count 64 --batch 64
	on client strace -qq -e trace=sendmmsg -e verbose=none -o "$work/client.strace" \
		"$ipsock" send "$address:$port" --count 64 --batch 64 2>&1 | indent
	signal CONT "$pid"
	until_true 10 one_call "$work/server.strace" sendmmsg 64 || true
	stop_all
	{
		calls "$work/client.strace" | sed 's/^/client  /'
		calls "$work/server.strace" | sed 's/^/server  /'
	} | indent
	check "64 packets sent by one call" one_call "$work/client.strace" sendmmsg 64
	check "64 packets received by one call" one_call "$work/server.strace" recvmmsg 64
	check "64 answers sent by one call" one_call "$work/server.strace" sendmmsg 64
}

signal() {
	if [ -n "$lab" ]; then as_root kill "-$1" "$2"; else kill "-$1" "$2"; fi
}

# ---- refusals ----

# refused TEXT PATTERN ARGUMENT…: `ipsock send` must fail with a message that says why.
refused() {
	local text=$1 pattern=$2
	shift 2
	run client "$ipsock" send "$@"
	check "$text" says_why "$pattern"
}

says_why() {
	[ "$status" -ne 0 ] && grep -qE "$1" "$work/out"
}

show_refusals() {
	local address=127.0.0.1
	[ -z "$lab" ] || address=192.0.2.7
	chapter "What cannot be is refused, and the message says what" \
		"Kernels answer 'invalid argument' and leave you guessing; some take 256 and send 0."
	refused "the library checks ranges before any system call" 'hop_limit: invalid' \
		"$address:7000" --hop-limit 0
	refused "a source that is not this host's" 'source: address not available' \
		"$address:7000" --source 203.0.113.9
	refused "an interface that does not exist" 'nix0?: no such interface' \
		"$address:7000" --interface nix0
	[ -z "$lab" ] || refused "broadcast by mistake" 'broadcast was not enabled' 192.0.2.255:7000
}
