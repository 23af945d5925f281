#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""usage: tests/windows/watch.py

Interfaces that come, change and go while they are watched by the library on the model of Windows: what was
told adds up to what there is. IPSOCK_WINDOWS_DRIVER is the driver of tests/network, linked with the model.
Wine tells of Linux' interfaces by its own rules (up means running), so names and addresses are compared."""
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "network"))
os.environ.setdefault("IPSOCK_INTERFACE_WATCH", "")
import lab  # noqa: E402
import test_watch as common  # noqa: E402
from exchange import WindowsHost  # noqa: E402
from lab import check, need, until  # noqa: E402
from prefix import ready_base  # noqa: E402

lab.CHECKS.clear()  # those of the other files


class Host(WindowsHost):
    driver = WindowsHost.windows_driver


class Mirror(common.Mirror):
    def told(self):
        return {index: (name, addrs) for index, (name, _, _, addrs) in super().told().items()}

    def there(self):
        return {index: (name, addrs) for index, (name, _, _, addrs) in super().there().items()}


def build(made):
    need("wine")
    made.a = Host("a", ready_base())
    made.hosts.append(made.a)


@check
def watch_02_what_there_is_comes_first(made):
    mirror = Mirror(made.a)
    mirror.take()
    assert set(mirror.seen) <= {common.ADDED, common.ADDRESS_ADDED}, mirror.seen
    assert mirror.told() == mirror.there()
    mirror.driver.error("next timeout=0", "IPSOCK_ETIMEDOUT")
    assert mirror.driver.ok("readable")["ready"] == 0
    mirror.close()


@check
def watch_03_changes_are_told(made):
    mirror = Mirror(made.a)
    mirror.settles()
    mirror.driver.begin("next timeout=20")
    common.veth(made.a, "one", "two")
    mirror.apply(mirror.driver.answer())
    mirror.settles()
    made.a.ip("link", "set", "one", "mtu", "1400")
    assert mirror.wait(common.MTU)["mtu"] == 1400
    made.a.add("one", "192.0.2.1/24")
    mirror.settles()
    made.a.ip("addr", "del", "192.0.2.1/24", "dev", "one")
    mirror.settles()
    assert common.ADDRESS_REMOVED in mirror.seen, mirror.seen
    made.a.ip("link", "del", "one")
    until("news", lambda: mirror.driver.ok("readable")["ready"] == 1)
    mirror.settles()
    assert common.REMOVED in mirror.seen, mirror.seen
    mirror.close()


@check
def watch_05_many_changes(made):
    mirror = Mirror(made.a)
    lines = ["link add one type veth peer name two"]
    for i in range(100):  # Wine keeps the name that it saw first
        lines += [f"link set one mtu {1300 + i}", f"addr add 192.0.2.{i + 1}/24 dev one"]
        if i % 10 == 9:
            lines += ["link del one", "link add one type veth peer name two"]
    common.batch(made.a, lines)
    mirror.settles()
    made.a.ip("link", "del", "one")
    mirror.settles()
    mirror.close()


if __name__ == "__main__":
    sys.exit(lab.main(build))
