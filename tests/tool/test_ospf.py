# SPDX-License-Identifier: BSD-2-Clause
"""What ospf_hello says of a wrong command line, of a missing interface or address, and to users
without privilege. Its work is tested in tests/network."""
import os
import subprocess
import tempfile

from harness import WAIT, Skip, check, copy_for_others, need_ipv6, need_not_windows, run

OSPF_HELLO = os.environ["IPSOCK_OSPF_HELLO"]
NOBODY = 65534


@check
def raw_09_wrong_command_lines_get_the_usage():
    for words in ((), ("v4",), ("v5", "lo"), ("v4", "lo", "--count"), ("v4", "lo", "--count", "0"),
                  ("v4", "lo", "--count", "x"), ("v4", "lo", "--count", "-1"),
                  ("v4", "lo", "--interval", "0"), ("v4", "lo", "--interval", "65536"),
                  ("v4", "lo", "--area", "7"), ("v4", "lo", "--router-id", "::1"),
                  ("v4", "lo", "--router-id", "10.0.0.1:5"), ("v4", "lo", "--router", "10.0.0.1")):
        result = run(OSPF_HELLO, *words)
        assert result.returncode == 2, (words, result)
        assert result.stdout == "" and result.stderr.startswith("Usage: ospf_hello "), result


@check
def raw_09_interfaces_that_will_not_do():
    result = run(OSPF_HELLO, "v4", "no-such-if0")
    assert result.returncode == 1 and result.stderr == \
        "ospf_hello: no-such-if0: no such interface\n", result


@check
def raw_09_missing_privilege_is_explained():
    """Run as nobody: from a place that nobody may read."""
    need_not_windows("an administrator cannot become somebody else")
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    families = ["v4"]
    try:
        need_ipv6()
        families.append("v6")
    except Skip:
        pass
    with tempfile.TemporaryDirectory() as place:
        program, environment = copy_for_others(OSPF_HELLO, place)
        for family in families:
            done = subprocess.run([program, family, "lo", "--router-id", "10.0.0.1"], text=True,
                                  env=environment, timeout=WAIT,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, **as_nobody)
            assert done.returncode == 1 and done.stdout == "", done
            assert "raw socket (run as root, or with CAP_NET_RAW: setcap cap_net_raw+ep PROGRAM)" \
                in done.stderr and "missing privilege" in done.stderr, done.stderr
