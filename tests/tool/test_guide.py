# SPDX-License-Identifier: BSD-2-Clause
"""Programs of the guide on a kernel that is always short of room (tests/docs/full_kernel.c): it writes
down what it took."""
import os
import socket
import subprocess
import tempfile
import time

from harness import WAIT, check

PORT = 5000  # the guide's
REFUSED = 70  # by that kernel, always
BEFORE = 9999


def taken(path):
    with open(path, encoding="ascii") as file:
        return [int(line) for line in file]


@check
def sender_sends_all_but_what_is_refused():
    """Once each and in order; an error that was about an earlier one loses nothing."""
    with tempfile.NamedTemporaryFile() as log:
        done = subprocess.run([os.environ["IPSOCK_GUIDE_SENDER"], f"127.0.0.1:{PORT}"], text=True,
                              env={**os.environ, "IPSOCK_TAKEN": log.name}, timeout=WAIT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, (done.stdout, done.stderr)
        assert done.stdout == "1023 sent, 1 refused\n", done.stdout
        assert taken(log.name) == [n for n in range(1024) if n != REFUSED], taken(log.name)


def answers_all_but(refused, program, port, told):
    """Of 200 questions at once; what the program says of the others begins with told."""
    with tempfile.NamedTemporaryFile() as log:
        server = subprocess.Popen(program, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  env={**os.environ, "IPSOCK_TAKEN": log.name})
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                # The first ones until it listens; these are answered or lost, and do not count.
                client.connect(("127.0.0.1", port))
                end = time.monotonic() + WAIT
                while not taken(log.name) and time.monotonic() < end:
                    try:
                        client.send(str(BEFORE).encode())
                    except ConnectionRefusedError:
                        pass
                    time.sleep(0.02)
                for number in range(200):
                    client.send(str(number).encode())
                wanted = [n for n in range(200) if n not in refused]
                while time.monotonic() < end and len(numbers(log.name)) < len(wanted):
                    time.sleep(0.02)
                assert numbers(log.name) == wanted, numbers(log.name)
        finally:
            server.kill()
            lost = server.stderr.read()
            server.wait(WAIT)
        assert lost.count(told) == len(refused), lost


def numbers(path):
    return [n for n in taken(path) if n != BEFORE]


@check
def echo_answers_all_but_what_is_refused():
    answers_all_but((REFUSED,), [os.environ["IPSOCK_GUIDE_ECHO"]], PORT, "an answer is lost")


@check
def udp_echo_answers_all_but_what_is_refused():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answers_all_but((REFUSED,), [os.environ["IPSOCK_FULL_UDP_ECHO"], str(port)], port, "udp_echo: ")
