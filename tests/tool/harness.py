# SPDX-License-Identifier: BSD-2-Clause
"""Runs checks one by one and prints a line for each, in the form of the C tests, so that they are
counted alike."""
import contextlib
import csv
import os
import queue
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback

WINDOWS = "IPSOCK_EMULATOR" in os.environ  # programs of Windows, on its model (docs/windows-model.md)
WAIT = 20  # seconds that a program may take; far more than it needs

CHECKS = []


class Skip(Exception):
    pass


# Programs that some checks need, and the packages that have them: ci/test names those that are missing.
PACKAGES = {
    "avahi-daemon": "avahi-daemon", "avahi-resolve": "avahi-utils", "dbus-daemon": "dbus-daemon",
    "dig": "bind9-dnsutils", "iperf": "iperf", "mcfirst": "ssmping", "mtr": "mtr-tiny", "nft": "nftables",
    "ping": "iputils-ping", "socat": "socat", "ssmpingd": "ssmping", "tracepath": "iputils-tracepath",
    "traceroute": "traceroute", "tshark": "tshark", "valgrind": "valgrind", "vtysh": "frr",
    "wine": "wine",
}


def need(program, path=None):
    """Skips a check without a program; path is where it is if not in PATH."""
    if shutil.which(path or program) is None:
        raise Skip(lacking(program, PACKAGES[program]))


def lacking(what, package):
    """In the words that ci/results.py looks for."""
    return f"{what} is not installed (Debian package {package})"


def check(function):
    CHECKS.append(function)
    return function


def need_not_windows(reason):
    if WINDOWS:
        raise Skip(f"Windows: {reason}")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def need_ipv6():
    if not has_ipv6():
        raise Skip("no IPv6 here")


def command(program, *arguments):
    """The words that start a program: of another system it is run by an emulator."""
    return [*filter(None, os.environ.get("IPSOCK_EMULATOR", "").split(";")), program, *arguments]


def run(program, *arguments, **options):
    """Runs a program to its end, with an empty input, or the one given."""
    return subprocess.run(command(program, *arguments), text=True, encoding="utf-8", errors="strict",
                          timeout=WAIT, input=options.get("input", ""),
                          stdout=options.get("stdout", subprocess.PIPE), stderr=subprocess.PIPE)


def run_lines(program, lines):
    """What a program answers to lines, one to each."""
    done = subprocess.run(command(program), input="".join(f"{line}\n" for line in lines), text=True,
                          timeout=WAIT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.splitlines()
    assert len(answers) == len(lines), (len(lines), answers)
    return answers


def copy_for_others(program, place):
    """Puts a program with the library into a directory that every user may read. Returns its path,
    and the environment that it needs."""
    os.chmod(place, 0o755)
    copied = shutil.copy(program, place)
    libraries = subprocess.run(["ldd", program], text=True, stdout=subprocess.PIPE, check=True).stdout
    for library in re.findall(r"=> (\S*libipsock\S*)", libraries):
        shutil.copy(library, place)
    return copied, {**os.environ, "LD_LIBRARY_PATH": str(place)}


def checksum(data):
    """Internet checksum, RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Server:
    """A program that says where it is bound and then serves."""

    def __init__(self, words, stream, program, *arguments):
        self.process = subprocess.Popen(command(program, *arguments), text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # Both pipes are drained from the start, so that the program never waits for us.
        self.lines = {"stdout": queue.Queue(), "stderr": queue.Queue()}
        self.readers = [threading.Thread(target=self._drain, args=(name,), daemon=True)
                        for name in self.lines]
        for reader in self.readers:
            reader.start()
        line = self.line(stream)
        assert line.startswith(words), f"no '{words}' but {line!r}"
        self.address = line[len(words):].strip()
        port = self.address.rpartition(":")[2]
        self.port = int(port) if port.isdigit() else None

    def _drain(self, name):
        for line in getattr(self.process, name):
            self.lines[name].put(line)
        self.lines[name].put("")

    def line(self, stream="stdout"):
        return self.lines[stream].get(timeout=WAIT)

    def rest(self, stream="stdout"):
        """All lines until the program ends."""
        lines = []
        while True:
            line = self.line(stream)
            if not line:
                return lines
            lines.append(line)

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WAIT)

    def wait(self):
        return self.process.wait(WAIT)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT)
        for reader in self.readers:
            reader.join(WAIT)
        self.process.stdout.close()
        self.process.stderr.close()


@contextlib.contextmanager
def serving(words, stream, program, *arguments):
    server = Server(words, stream, program, *arguments)
    try:
        yield server
    finally:
        server.stop()


def report(word, name):
    print(f"[{word}] {name}", flush=True)


def differences():
    """Checks that cannot pass where the library is another system's, on the model of its kernel
    (docs/testing.md): by name, what the failure says, and why. IPSOCK_DIFFERENCES: system, suite and
    the file, with colons."""
    words = os.environ.get("IPSOCK_DIFFERENCES", "").split(":", 2)
    if len(words) < 3:
        return {}
    system, suite, path = words
    with open(path, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(line for line in file if not line.startswith("#"))
                if row["system"] == system and row["suite"] == suite]
    return {row["check"]: (row["says"], f"{system}: {row['reason']}") for row in rows}


def run_check(function, *arguments):
    """One check, and what is said of it. True: it has not failed."""
    name = function.__name__
    report(" RUN      ", name)
    says, why = differences().get(name, (None, None))
    try:
        function(*arguments)
    except Skip as reason:
        print(f"{name}: {reason}")
        report("  SKIPPED ", name)
        return True
    except Exception as problem:  # any failure of a check is one failed check
        if says is not None and says in f"{type(problem).__name__}: {problem}":
            print(f"{name}: {why}")
            report("  SKIPPED ", name)
            return True
        traceback.print_exc(file=sys.stdout)
        report("  FAILED  ", name)
        return False
    if says is not None:
        print(f"passes, though it is said not to: {why}")
        report("  FAILED  ", name)
        return False
    report("       OK ", name)
    return True


def main():
    results = [run_check(function) for function in CHECKS]
    return 0 if all(results) else 1
