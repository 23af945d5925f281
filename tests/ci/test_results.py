# SPDX-License-Identifier: BSD-2-Clause
"""ci/results.py: counts, and the packages that skipped cases lacked."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "tool"))
import harness  # noqa: E402
from harness import PACKAGES, Skip, check  # noqa: E402

OUTPUT = """\
[ RUN      ] one
[       OK ] one
[ RUN      ] two
two: traceroute is not installed (Debian package traceroute)
[  SKIPPED ] two
[ RUN      ] three
three: mtr is not installed (Debian package mtr-tiny)
[  SKIPPED ] three
[ RUN      ] four
four: needs root and network namespaces
[  SKIPPED ] four
[ RUN      ] five
five: traceroute is not installed (Debian package traceroute)
[  SKIPPED ] five
"""
LINE = "3 skipped for want of packages: mtr-tiny traceroute (apt-get install mtr-tiny traceroute)"


def results(*arguments):
    return subprocess.run([sys.executable, "-B", ROOT / "ci" / "results.py", *map(str, arguments)],
                          text=True, stdout=subprocess.PIPE, check=False)


def total_of(output, place):
    """The closing lines of a ctest run with one program that wrote this."""
    junit, rows = pathlib.Path(place, "junit.xml"), pathlib.Path(place, "results.tsv")
    junit.write_text('<testsuite><testcase name="network/a" time="1" status="run"><system-out>'
                     f'{output}</system-out></testcase></testsuite>', encoding="utf-8")
    rows.write_text("", encoding="utf-8")
    results("collect", "host", junit, rows)
    done = results("total", rows)
    return done.stdout.splitlines(), done.returncode, rows.read_text(encoding="utf-8")


@check
def packages_stand_before_the_closing_line():
    with tempfile.TemporaryDirectory() as place:
        lines, code, rows = total_of(OUTPUT, place)
        assert lines == [LINE, "1 passed, 0 failed, 4 skipped"] and code == 0, lines
        assert "network/a\ttwo\tskipped\ttraceroute\n" in rows and "network/a\tfour\tskipped\n" in rows


@check
def scripts_are_read_alike():
    with tempfile.TemporaryDirectory() as place:
        log, rows = pathlib.Path(place, "log"), pathlib.Path(place, "results.tsv")
        log.write_text(OUTPUT, encoding="utf-8")
        results("script", "style", 0, log, rows)
        assert results("total", rows).stdout.splitlines() == [LINE, "1 passed, 0 failed, 4 skipped"]


@check
def nothing_is_said_where_nothing_lacks():
    with tempfile.TemporaryDirectory() as place:
        assert total_of(OUTPUT.partition("[ RUN      ] two")[0], place)[0] == ["1 passed, 0 failed, 0 skipped"]
        failed = "[ RUN      ] x\nvalgrind (Debian package valgrind)\n[  FAILED  ] x\n"
        lines, code, _ = total_of(failed, place)
        assert lines == ["0 passed, 1 failed, 0 skipped"] and code == 1, lines


@check
def missing_programs_name_their_package():
    """With a PATH that leads nowhere, as the checks ask for them."""
    path = os.environ["PATH"]
    os.environ["PATH"] = "/nonexistent"
    try:
        for program, package in PACKAGES.items():
            try:
                harness.need(program)
                assert False, program
            except Skip as text:
                assert str(text) == f"{program} is not installed (Debian package {package})", text
    finally:
        os.environ["PATH"] = path


@check
def every_program_that_is_needed_has_a_package():
    asked = set()
    for directory in ("network", "tool", "windows"):
        for path in (ROOT / "tests" / directory).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            asked |= set(re.findall(r'\bneed\("([\w-]+)"', text))
            assert "is not installed" not in text or path.name == "harness.py", f"{path}: not by need()"
    assert asked and asked <= set(PACKAGES), asked - set(PACKAGES)


@check
def all_installs_these_packages():
    installed = (ROOT / "ci" / "test").read_text(encoding="utf-8").replace("\\\n", " ")
    windows = (ROOT / "ci" / "windows").read_text(encoding="utf-8")
    for program, package in PACKAGES.items():
        source = windows if program == "wine" else installed
        assert re.search(r"need_packages.*\s%s(\s|$)" % re.escape(package), source, re.M), package


@check
def packages_have_these_programs():
    if shutil.which("dpkg-query") is None:
        raise Skip("not a Debian system")
    seen = 0
    for program, package in PACKAGES.items():
        done = subprocess.run(["dpkg-query", "-L", package], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False)
        if done.returncode == 0:  # of those that are installed
            seen += 1
            assert re.search(r"bin/%s(\.\w+)?$|/%s-stable$" % (program, program), done.stdout, re.M), (
                program, package)
    if not seen:
        raise Skip("none of the packages is installed")


if __name__ == "__main__":
    sys.exit(harness.main())
