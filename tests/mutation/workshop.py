# SPDX-License-Identifier: BSD-2-Clause
"""Builds a mutant out of the objects of one ordinary build, and runs tests on it.

The sources are copied first, and a mutant is a header in a directory that is searched before theirs: the tree that
people work in is never touched, and may change meanwhile. Base and Bench are Linux's own; what other systems do otherwise is in
personality.py."""
import collections
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))
from mutants import Mutant, mutants_of  # noqa: E402
from results import cases_of  # noqa: E402

PARTS = ("CMakeLists.txt", "cmake", "docs", "include", "src", "tests")
ARCHIVE = "libipsock_internal.a"
# Who expands which list: nothing else needs to be compiled again.
EXPANDED_IN = {
    "OPTIONS": ("core/table/table_expand.h",),
    "ABSENT": ("core/table/table_expand.h",),
    "LIMITS": ("core/table/table_expand.h",),
    "RECEIVED": ("core/table/table_expand.h", "shared/control.h"),
    "SENT": ("core/table/table_expand.h", "shared/control.h"),
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

# rank: 0 what is tried first, 1 what may still tell something, 2 what proves nothing about behaviour.
Test = collections.namedtuple("Test", "name group command environment timeout rank")


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

    header_name = "linux/linux.h"
    survivors, noticed = "survivors.txt", "noticed.txt"
    groups = ("conformance", "unit", "fault", "network", "compiler", "golden", "nothing")
    excusable = ("golden",)  # what proves nothing of behaviour, and may stand with a reason
    unsteady = ("network",)  # groups whose tests a busy machine can disturb: each failure is asked for twice
    waits = 1  # how many tests a processor can run at once, because they wait

    def __init__(self, place):
        self.place, self.tree, self.build = place, place / "tree", place / "base"
        copy_sources(self.tree)
        self.prepare()
        self.read_tests()
        self.header = (self.tree / "src" / self.header_name).read_text(encoding="utf-8")
        self.entries = self.read_entries()
        self.uses = self.read_uses()
        self.constants = self.read_constants()

    def prepare(self):
        run(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", *OPTIONS])
        # ctest tells the command of a test only if the program is there.
        run(["ninja", "-C", str(self.build), "ipsock_shared",
             *("tests/%s/all" % part for part in ("conformance", "docs", "fault", "network")),
             *("unit_" + unit for unit in UNITS)])

    def read_tests(self):
        self.ctest = [test for test in json.loads(run(
            ["ctest", "--test-dir", str(self.build), "--show-only=json-v1"]))["tests"]
                      if self.is_asked(test)]
        if self.needed() - {test["name"].split("/")[0] for test in self.ctest}:
            sys.exit("ctest tells of no tests that could notice anything")

    def read_entries(self):
        """The compile command of each object."""
        with open(self.build / "compile_commands.json", encoding="utf-8") as file:
            entries = {output_of(entry): entry for entry in json.load(file)}
        self.objects = [o for o in entries if o.startswith("CMakeFiles/ipsock_objects.dir/")]
        self.compiler = shlex.split(next(iter(entries.values()))["command"])[0]
        self.links = {}
        return entries

    @staticmethod
    def needed():
        return {"conformance", "fault", "unit"}

    @staticmethod
    def is_asked(test):
        group, _, name = test["name"].partition("/")
        return ("command" in test and test["name"] not in LEFT_OUT and
                (group in ("conformance", "fault", "network") or group == "unit" and name in UNITS))

    def mutants(self):
        return list(mutants_of(self.header))

    @staticmethod
    def remembered(killer):
        """What noticed.txt has of a killer: the test."""
        return killer.split()[0]

    def placebo(self, number):
        return Mutant("FACTS", "placebo", str(number), self.header)

    def bench(self, number):
        return Bench(self, self.place / ("bench%d" % number))

    def ordinary(self):
        return Ordinary(self)

    def compile(self, output, target, include, _):
        """An object with the header that is in a directory, in place of the tree's."""
        run(plain_command(self.entries[output], target, include), cwd=self.build)

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

    def link_library(self, objects, directory):
        # libipsock.so is a link to the name that the programs ask for.
        soname = (self.build / "libipsock.so").readlink().name
        run([self.compiler, "-shared", "-pthread", "-Wl,-soname," + soname, "-o", str(directory / soname), *objects])

    def read_uses(self):
        uses, current = collections.defaultdict(set), None
        for line in run(["ninja", "-C", str(self.build), "-t", "deps"]).splitlines():
            if line and not line.startswith(" "):
                current = line.split(":")[0]
            elif line.strip() and current:
                uses[current].add(line.strip())
        return uses

    def read_constants(self):
        """fact: the files that have it as a constant."""
        found = collections.defaultdict(set)
        for path in (*self.tree.glob("src/**/*.[ch]"), *self.tree.glob("tests/unit/*.[ch]")):
            for fact in re.findall(r"\bIPSK_THE_([A-Z]\w*)", path.read_text(encoding="utf-8")):
                found[fact].add(str(path.relative_to(self.tree)))
        return found

    def expands(self, output, mutant):
        """Does an object see what the mutant altered?"""
        if mutant.file:
            names = ("src/" + mutant.file,)
        elif mutant.table == "FACTS":
            names = ("src/core/table/table_expand.h", *self.constants[mutant.row.split()[-1]])
        else:
            names = EXPANDED_IN[mutant.table]
        return any(path.endswith("/" + name) for path in self.uses[output] for name in names)


class Bench:
    """A place to build one mutant after another, and the tests that run there."""

    def __init__(self, base, place):
        self.base, self.place, self.libraries = base, place, place / "lib"
        for part in ("include", "objects", "lib", "bin"):
            (place / part).mkdir(parents=True, exist_ok=True)
        self.written = None

    def make(self, mutant):
        """Compiles and links everything in the library that a changed file reaches."""
        base = self.base
        self.mutant, self.made, self.programs = mutant, {}, {}
        if self.written:
            self.written.unlink()
        self.written = self.place / "include" / (mutant.file or base.header_name)
        self.written.parent.mkdir(exist_ok=True)
        self.written.write_text(mutant.text, encoding="utf-8")
        objects = [self.compile(output) for output in base.objects]
        self.library = list(self.made.values())
        base.link_library(objects, self.libraries)

    def compile(self, output):
        """An object with the changed file; the ordinary one where that makes no difference."""
        base = self.base
        if not base.expands(output, self.mutant):
            return str(base.build / output)
        if output not in self.made:
            target = self.place / "objects" / output.replace("/", "_")
            include = self.place / "include"
            base.compile(output, target, include, self.mutant)
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

    def tests(self, _mutant=None, _named=()):
        """All tests that might notice something; or that might notice a mutant, of which some tests are named."""
        found = []
        for test in self.base.ctest:
            group, _, name = test["name"].partition("/")
            if name == "golden":
                group = "golden"
            properties = {p["name"]: p["value"] for p in test["properties"]}
            settings = dict(s.split("=", 1) for s in properties.get("ENVIRONMENT", ()))
            found.append(Test(test["name"], group, test["command"], settings,
                              60 if group == "network" else 20, 2 if group == "golden" else 0))
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
