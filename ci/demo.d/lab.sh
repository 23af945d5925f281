# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with ci/demo and chapters.sh
# The demo's laboratory: what it prints, what it checks, and two hosts of its own. Sourced by ci/demo
# after ci/lib.sh.

bold='' dim='' green='' red='' yellow='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' yellow=$'\e[33m' plain=$'\e[0m'
fi

passed=0 failed=0 skipped=0 chapters=0

chapter() {
	chapters=$((chapters + 1))
	printf '\n%s%d  %s%s\n' "$bold" "$chapters" "$1" "$plain"
	shift
	[ $# -eq 0 ] || printf '   %s\n' "$@"
}

# Output of programs, set off from what the demo says.
indent() {
	sed -e 's/^./     &/'
}

# check TEXT COMMAND…: what the chapter promised must be so.
check() {
	local text=$1
	shift
	if "$@" >/dev/null 2>&1; then
		passed=$((passed + 1))
		printf '   %sok%s       %s\n' "$green" "$plain" "$text"
	else
		failed=$((failed + 1))
		printf '   %sFAILED%s   %s\n' "$red" "$plain" "$text"
	fi
}

skip() {
	skipped=$((skipped + 1))
	printf '   %sskipped%s  %s\n' "$yellow" "$plain" "$1"
}

# until_true SECONDS COMMAND…: nothing here waits for a fixed time.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# ---- hosts: network namespaces named after this process; the first two are joined by two cables ----

lab=
hosts=()
background=()

# on HOST COMMAND…: without a laboratory every host is this one.
on() {
	local host=$1
	shift
	if [ -n "$lab" ]; then
		as_root ip netns exec "$lab-$host" "$@"
	else
		"$@"
	fi
}

# ip_on HOST WORDS…: `ip` there.
ip_on() {
	local host=$1
	shift
	as_root ip -n "$lab-$host" "$@"
}

# cable HOST HOST NAME: an interface of that name on both. No waiting for duplicate address detection.
cable() {
	local host
	as_root ip link add "$3" netns "$lab-$1" type veth peer name "$3" netns "$lab-$2"
	for host in "$1" "$2"; do
		ip_on "$host" link set "$3" addrgenmode none
		ip_on "$host" link set "$3" up
	done
}

addresses() {
	local host=$1 interface=$2 address
	shift 2
	for address in "$@"; do
		case $address in
		*:*) [ -z "$ipv6" ] || ip_on "$host" addr add "$address" dev "$interface" nodad ;;
		*) ip_on "$host" addr add "$address" dev "$interface" ;;
		esac
	done
}

# add_host NAME…: they are removed with the laboratory.
add_host() {
	local host
	for host in "$@"; do
		as_root ip netns add "$lab-$host" 2>>"$work/lab.err" || return 1
		hosts+=("$host")
		ip_on "$host" link set lo up
	done
}

# Fails where namespaces are not allowed, as in some containers.
open_lab() {
	lab=demo$$
	add_host client server &&
		cable client server east 2>>"$work/lab.err" && cable client server west 2>>"$work/lab.err"
}

# route HOST DESTINATION HOP: of either family.
route() {
	local family=-4
	case $2 in *:*) family=-6 ;; esac
	[ "$family" = -4 ] || [ -n "$ipv6" ] || return 0
	ip_on "$1" "$family" route add "$2" via "$3"
}

# sysctl_on HOST NAME VALUE
sysctl_on() {
	on "$1" sh -c "echo $3 >/proc/sys/$(tr . / <<<"$2")"
}

# start HOST LOG COMMAND…: in the background, its output in LOG.
start() {
	local host=$1 log=$2
	shift 2
	if [ -n "$lab" ]; then
		on "$host" "$@" >"$log" 2>&1 </dev/null &
	else
		# Not through a function, so that the process number is the program's.
		"$@" >"$log" 2>&1 </dev/null &
	fi
	background+=($!)
}

stop_all() {
	local pid host
	if [ -n "$lab" ]; then
		for host in "${hosts[@]}"; do
			# Their own namespaces hold nothing but what the demo started.
			for pid in $(as_root ip netns pids "$lab-$host" 2>/dev/null); do
				as_root kill "$pid" 2>/dev/null || true
			done
		done
	fi
	for pid in ${background[@]+"${background[@]}"}; do
		kill "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	background=()
	# What a program leaves behind, as tshark its dumpcap, ends a little later.
	until_true 10 nobody_runs || true
}

nobody_runs() {
	local host
	[ -z "$lab" ] || for host in "${hosts[@]}"; do
		[ -z "$(as_root ip netns pids "$lab-$host" 2>/dev/null)" ] || return 1
	done
}

close_lab() {
	local host
	stop_all
	if [ -n "$lab" ]; then
		for host in "${hosts[@]}"; do
			as_root ip netns del "$lab-$host" 2>/dev/null || true
		done
	fi
	lab=
}

# ---- the wire ----

# capture HOST INTERFACE,… FILTER OPTION…: tshark writes to $work/wire. Returns when it captures: its
# packet sockets are then listed.
capture() {
	local host=$1 interfaces=() filter=$3 word words=()
	IFS=, read -ra interfaces <<<"$2"
	for word in "${interfaces[@]}"; do words+=(-i "$word"); done
	: >"$work/wire"
	on "$host" tshark -l -n "${words[@]}" -Y "$filter" "${@:4}" \
		>"$work/wire" 2>"$work/tshark.err" </dev/null &
	background+=($!)
	until_true 20 captures "$host" "${#interfaces[@]}" || { cat "$work/tshark.err" >&2; return 1; }
}

# watch HOST INTERFACE,… FILTER FIELD…: a line of tab-separated fields a packet.
watch() {
	local field fields=()
	for field in "${@:4}"; do fields+=(-e "$field"); done
	capture "$1" "$2" "$3" -T fields "${fields[@]}"
}

captures() { # HOST N
	[ "$(on "$1" cat /proc/net/packet | wc -l)" -gt "$2" ]
}

# seen N: tshark has shown that many packets; they arrive with a delay.
seen() {
	until_true 10 has_lines "$work/wire" "$1"
}

has_lines() {
	[ "$(wc -l <"$1")" -ge "$2" ]
}
