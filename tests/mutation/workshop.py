# SPDX-License-Identifier: BSD-2-Clause
"""Builds a mutant out of the objects of one ordinary build, and runs tests on it.

The sources are copied first, and a mutant is a header in a directory that is searched before theirs: the tree that
people work in is never touched, and may change meanwhile."""
import collections
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))
from results import cases_of  # noqa: E402

PARTS = ("CMakeLists.txt", "cmake", "docs", "include", "src", "tests")
HEADER = "linux/linux.h"
ARCHIVE = "libipsock_internal.a"
# Who expands which list: nothing else needs to be compiled again.
EXPANDED_IN = {
    "OPTIONS": ("core/table/table_expand.h",),
    "ABSENT": ("core/table/table_expand.h",),
    "LIMITS": ("core/table/table_expand.h",),
    "RECEIVED": ("core/table/table_expand.h", "shared/control.h"),
    "SENT": ("core/table/table_expand.h", "shared/control.h"),
    "FACTS": ("linux/linux.h",),
}
UNITS = ("capability", "table", "control_codec", "control_encode", "kernel_options",
         "golden")
# About waiting and load, not about tables, and seconds long.
LEFT_OUT = ("conformance/waiting", "fault/error_stream", "network/error_stream", "network/multicast_gone",
            "network/multicast_many", "network/multicast_reports", "network/refusals")
OPTIONS = ["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O0", "-DCMAKE_SKIP_RPATH=ON",
           "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DIPSOCK_BUILD_EXAMPLES=OFF",
           "-DIPSOCK_BUILD_TOOLS=OFF", "-DIPSOCK_BUILD_BENCH=OFF", "-DIPSOCK_INSTALL=OFF"]
# A network of its own, where unprivileged ping is allowed as it is on most hosts.
ALONE = ["unshare", "-n", "sh", "-c",
         "ip link set lo up; echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range; exec \"$@\"",
         "--"]

Test = collections.namedtuple("Test", "name group command environment timeout")


class BuildError(Exception):
    """A mutant, or the tree as it is, that does not build."""


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)
    if done.returncode:
        raise BuildError("%s\n%s" % (" ".join(map(str, command)), done.stdout[-3000:]))
    return done.stdout


def copy_sources(tree):
    """Times are kept, so that an earlier build of the copy is used again."""
    if tree.exists():
        shutil.rmtree(tree)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            tree.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, tree / part)


def output_of(entry):
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


def plain_command(entry, output, include):
    """The compile command of an object, with another output and one more directory, first."""
    words, skip, plain = shlex.split(entry["command"]), 0, []
    for i, word in enumerate(words):
        if skip:
            skip -= 1
        elif word in ("-MT", "-MF"):
            skip = 1
        elif word == "-o":
            plain += ["-o", str(output)]
            skip = 1
        elif word != "-MD":
            plain.append(word)
        if i == 0:
            plain += ["-w", "-I", str(include)]
    return plain


class Base:
    """The ordinary build, and what depends on what in it."""

    def __init__(self, place):
        self.tree, self.build = place / "tree", place / "base"
        copy_sources(self.tree)
        run(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", *OPTIONS])
        # ctest tells the command of a test only if the program is there.
        run(["ninja", "-C", str(self.build), "ipsock_shared",
             *("tests/%s/all" % part for part in ("conformance", "docs", "fault", "network")),
             *("unit_" + unit for unit in UNITS)])
        self.ctest = [test for test in json.loads(run(
            ["ctest", "--test-dir", str(self.build), "--show-only=json-v1"]))["tests"]
                      if self.is_asked(test)]
        if {"conformance", "fault", "unit"} - {test["name"].split("/")[0] for test in self.ctest}:
            sys.exit("ctest tells of no tests that could notice anything")
        self.header = (self.tree / "src" / HEADER).read_text(encoding="utf-8")
        with open(self.build / "compile_commands.json", encoding="utf-8") as file:
            self.entries = {output_of(entry): entry for entry in json.load(file)}
        self.uses = self.read_uses()
        self.objects = [o for o in self.entries if o.startswith("CMakeFiles/ipsock_objects.dir/")]
        self.compiler = shlex.split(next(iter(self.entries.values()))["command"])[0]
        self.links = {}

    @staticmethod
    def is_asked(test):
        group, _, name = test["name"].partition("/")
        return ("command" in test and test["name"] not in LEFT_OUT and
                (group in ("conformance", "fault", "network") or group == "unit" and name in UNITS))

    def link_of(self, program):
        """The command that links a program with the static library; None of others."""
        if program not in self.links:
            self.links[program] = None
            path = pathlib.Path(program)
            if self.build in path.parents:
                last = run(["ninja", "-C", str(self.build), "-t", "commands",
                            str(path.relative_to(self.build))]).splitlines()[-1]
                words = shlex.split(last.removeprefix(": && ").removesuffix(" && :"))
                if ARCHIVE in words:
                    self.links[program] = words
        return self.links[program]

    def read_uses(self):
        uses, current = collections.defaultdict(set), None
        for line in run(["ninja", "-C", str(self.build), "-t", "deps"]).splitlines():
            if line and not line.startswith(" "):
                current = line.split(":")[0]
            elif line.strip() and current:
                uses[current].add(line.strip())
        return uses

    def expands(self, output, table):
        return any(path.endswith("/" + header) for path in self.uses[output]
                   for header in EXPANDED_IN[table])


class Bench:
    """A place to build one mutant after another, and the tests that run there."""

    def __init__(self, base, place):
        self.base, self.place, self.libraries = base, place, place / "lib"
        for part in ("include/linux", "objects", "lib", "bin"):
            (place / part).mkdir(parents=True, exist_ok=True)

    def make(self, table, text):
        """Compiles and links everything in the library that a changed header reaches."""
        base = self.base
        self.table, self.made, self.programs = table, {}, {}
        (self.place / "include" / HEADER).write_text(text, encoding="utf-8")
        objects = [self.compile(output) for output in base.objects]
        self.library = list(self.made.values())
        # libipsock.so is a link to the name that the programs ask for.
        soname = (base.build / "libipsock.so").readlink().name
        run([base.compiler, "-shared", "-pthread", "-Wl,-soname," + soname,
             "-o", str(self.place / "lib" / soname), *objects])

    def compile(self, output):
        """An object with the changed header; the ordinary one where that makes no difference."""
        base = self.base
        if not base.expands(output, self.table):
            return str(base.build / output)
        if output not in self.made:
            target = self.place / "objects" / output.replace("/", "_")
            run(plain_command(base.entries[output], target, self.place / "include"),
                cwd=base.build)
            self.made[output] = str(target)
        return self.made[output]

    def program(self, path):
        """The program to run: one with the static library is linked anew, when its turn comes."""
        words = self.base.link_of(path)
        if words is None:
            return path
        if path not in self.programs:
            target = str(self.place / "bin" / pathlib.Path(path).name)
            words = [self.compile(word) if word in self.base.entries else word for word in words]
            words[words.index("-o") + 1] = target
            at = words.index(ARCHIVE)
            run(words[:at] + self.library + words[at:], cwd=self.base.build)
            self.programs[path] = target
        return self.programs[path]

    def tests(self):
        """All tests that might notice something."""
        found = []
        for test in self.base.ctest:
            group, _, name = test["name"].partition("/")
            if name == "golden":
                group = "golden"
            properties = {p["name"]: p["value"] for p in test["properties"]}
            settings = dict(s.split("=", 1) for s in properties.get("ENVIRONMENT", ()))
            found.append(Test(test["name"], group, test["command"], settings,
                              60 if group == "network" else 20))
        return found

    def try_test(self, test):
        """Failed cases of one program; one for a crash or for a program that does not end."""
        environment = dict(os.environ, LD_LIBRARY_PATH=str(self.libraries), **test.environment)
        alone = [] if test.group == "network" or os.geteuid() else ALONE
        command = alone + [self.program(test.command[0])] + test.command[1:]
        try:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                  timeout=test.timeout, cwd=self.base.build)
        except subprocess.TimeoutExpired:
            return ["(does not end)"]
        output = done.stdout.decode("utf-8", "replace")
        failed = [name for name, result in cases_of(output) if result == "failed"]
        if done.returncode and not failed:
            failed.append("(exit status %d)" % done.returncode)
        return failed


class Ordinary(Bench):
    """The build without mutation: nothing to be made."""

    def __init__(self, base):
        self.base, self.libraries = base, base.build

    def program(self, path):
        return path
