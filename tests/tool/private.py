# SPDX-License-Identifier: BSD-2-Clause
"""A network of our own, where one may be made (root, or user namespaces): this process and all that
it starts live on a host "near", joined by a cable to a host "far". Both ends are called veth0.
Without one, the loopback interface of this host has to do."""
import atexit
import ctypes
import os
import pathlib
import socket
import subprocess
import sys

from harness import WAIT, Skip

NEAR4, FAR4 = "10.77.0.1", "10.77.0.2"
NEAR6, FAR6 = "fe80::77:1", "fe80::77:2"
FAR4_OTHER = "10.77.0.3"
# More of 127/8, which on the BSDs is the host's own after `ifconfig lo0 alias` alone.
ALIASES = [f"127.0.0.{last}" for last in range(2, 10)] + ["127.1.2.3"] if os.environ.get("IPSOCK_DIFFERENCES") else []
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

os.environ["PATH"] += ":/usr/sbin:/sbin"
libc = ctypes.CDLL(None, use_errno=True)
near = far = None
why_not = None


def namespace(flags=0):
    if libc.unshare(CLONE_NEWNET | flags):
        raise OSError(ctypes.get_errno(), "unshare")
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def enter(where):
    if libc.setns(where, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE)


def become_root():
    """Makes a user namespace in which this user is root."""
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"),
                       ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def configure(*addresses):
    ip("link", "set", "lo", "up")
    ip("link", "set", "veth0", "addrgenmode", "none")
    ip("link", "set", "veth0", "up")
    for address in addresses:
        ip("addr", "add", address, "dev", "veth0", *(["nodad"] if ":" in address else []))


def start_wine():
    """One whose server is on the near host, for programs of Windows."""
    sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "windows"))
    from prefix import COMMAND, Prefix, ready_base
    made = Prefix(ready_base())
    atexit.register(made.remove)
    os.environ["WINEPREFIX"] = str(made.path)
    # Its services keep the output of whoever starts them.
    for words in (["wineserver", "-p"], [*COMMAND, "wineboot", "--init"]):
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)


def build():
    global near, far, why_not
    try:
        if os.geteuid() != 0:
            become_root()
        far = namespace()
        near = namespace()
        ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns",
           f"/proc/{os.getpid()}/fd/{far}")
        configure(f"{NEAR4}/24", f"{NEAR6}/64")
        enter(far)
        configure(f"{FAR4}/24", f"{FAR4_OTHER}/24", f"{FAR6}/64")
        enter(near)
        for address in ALIASES:
            ip("addr", "add", f"{address}/32", "dev", "lo")
        if os.environ.get("IPSOCK_EMULATOR"):
            start_wine()
    except (OSError, AttributeError, subprocess.CalledProcessError) as problem:
        why_not = f"needs a network namespace of its own: {problem}"
        far = None


def need_far():
    if why_not:
        raise Skip(why_not)


def far_socket(family, kind=socket.SOCK_DGRAM):
    """A socket of the other host; it stays there."""
    need_far()
    enter(far)
    try:
        made = socket.socket(family, kind)
    finally:
        enter(near)
    made.settimeout(WAIT)
    return made


def far_index():
    enter(far)
    try:
        return socket.if_nametoindex("veth0")
    finally:
        enter(near)


build()
