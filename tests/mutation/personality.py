# SPDX-License-Identifier: BSD-2-Clause
"""FreeBSD, NetBSD, OpenBSD and Darwin: mutants of their tables and of their own code, tried by the conformance programs on the
model of their kernel, in each of its versions; and of FreeBSD and NetBSD, whose kernels have answered, the model's own facts turned
round, which the probes must notice (tests/personality, docs/testing.md)."""
import collections
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import threading

from mutants import Mutant, mutants_of, mutants_of_code
from workshop import ALONE, ROOT, Base, Bench, Ordinary, Test, copy_sources, run

sys.path.insert(0, str(ROOT / "tests/personality"))
from judge import read_lines  # noqa: E402

# Below src; the first version is asked first.
System = collections.namedtuple("System", "header code versions")
BSD = ("bsd/host.c", "bsd/inspect.c", "bsd/link.c")
SYSTEMS = {
    "freebsd": System("bsd/freebsd.h", (*BSD, "bsd/version.c", "bsd/freebsd_host.c"), ("13.0", "12.4", "14.3", "15.0")),
    "netbsd": System("bsd/netbsd.h", (*BSD, "bsd/version.c", "bsd/netbsd_host.c"), ("10.1", "9.4")),
    "openbsd": System("bsd/openbsd.h", (*BSD, "bsd/openbsd_host.c"), ("7.8", "7.2")),
    "darwin": System("darwin/darwin.h", ("bsd/host.c", "bsd/link.c", "darwin/create.c", "darwin/host.c", "darwin/inspect.c"),
                     ("11", "12", "13", "14", "15", "26")),
}
MEASURED = {"freebsd": "13.0", "netbsd": "7.99.34"}  # what the kernels' answers are of; the probes ask no other model that one answered for
# About waiting and load, not about tables, and seconds long.
LEFT_OUT = ("concurrent", "error_waiting", "waiting")
OPTIONS = ["-DCMAKE_BUILD_TYPE=None", "-DIPSOCK_BUILD_SHARED=OFF", "-DIPSOCK_BUILD_EXAMPLES=OFF",
           "-DIPSOCK_BUILD_TOOLS=OFF", "-DIPSOCK_BUILD_BENCH=OFF", "-DIPSOCK_INSTALL=OFF"]
# As linux/host of the probes says: whose host has members of groups besides.
HEARD = "239.1.2.3 224.0.0.251 ff05::123 ff02::2 ff05::1"


class Tables(Base):
    """The library of a system in an ordinary build. Its objects go into a shared library, so that a mutant is one more of
    these and no program is linked again; the model stays in the programs."""

    groups = ("conformance", "compiler", "nothing")
    excusable = ("nothing",)
    unsteady = ("conformance",)
    waits = 1

    def __init__(self, place, system, few):
        self.system, self.header_name = system, SYSTEMS[system].header
        self.few, self.programs, self.lock = few, {}, threading.Lock()
        self.survivors, self.noticed = "survivors-%s.txt" % system, "noticed-%s.txt" % system
        super().__init__(place)

    def prepare(self):
        run(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", *OPTIONS,
             "-DIPSOCK_PERSONALITY=" + self.system])
        # Of a sample most mutants are noticed by a program that is known: others are built when their turn comes.
        run(["ninja", "-C", str(self.build), "ipsock_static" if self.few else "tests/conformance/all"])

    @staticmethod
    def needed():
        return {"conformance"}

    @staticmethod
    def is_asked(test):
        group, _, name = test["name"].partition("/")
        return group == "conformance" and name not in LEFT_OUT and not name.endswith("-raw-ping")

    def read_entries(self):
        """Of each object the commands that make it: zig's, and objcopy's."""
        entries = {}
        for line in run(["ninja", "-C", str(self.build), "-t", "commands", "libipsock.a"]).splitlines():
            steps = [shlex.split(step) for step in line.split(" && ")]
            if len(steps) > 2 and steps[1][1:2] == ["cc"] and "/src/" in steps[2][-1]:
                entries[steps[2][-1]] = steps[1:3]
        self.objects = list(entries)
        if not entries:
            sys.exit("ninja tells of no object of the library")
        for part in ("shared", "programs"):
            (self.place / part).mkdir(exist_ok=True)
        self.link_library(self.objects, self.place / "shared")
        if not self.few:
            for test in self.ctest:
                self.program(test["name"])
        return entries

    def program(self, test):
        """The program of a test, which is built where that was left."""
        with self.lock:
            if test not in self.programs:
                self.programs[test] = self.link_program(test.replace("/", "_"))
            return self.programs[test]

    def link_program(self, name):
        """A test with the shared library in place of the static one, and with the whole model."""
        run(["ninja", "-C", str(self.build), name])
        last = run(["ninja", "-C", str(self.build), "-t", "commands", name]).splitlines()[-1]
        words = shlex.split(last.removeprefix(": && ").removesuffix(" && :"))
        target, model = self.place / "programs" / name, "libipsock_model_%s.a" % self.system
        words[words.index("-o") + 1] = str(target)
        words[words.index("libipsock.a")] = str(self.place / "shared/libipsock.so")
        at = words.index(model)
        run(words[:at] + ["-rdynamic", "-Wl,--whole-archive", model, "-Wl,--no-whole-archive"] + words[at + 1:], cwd=self.build)
        return str(target)

    def link_library(self, objects, directory):
        run(["cc", "-shared", "-Wl,-soname,libipsock.so", "-o", str(directory / "libipsock.so"), *objects], cwd=self.build)

    def read_uses(self):
        return {output: set(pathlib.Path(output + ".d").read_text(encoding="utf-8").replace("\\\n", " ").split()[1:])
                for output in self.objects}

    def compile(self, output, target, include, mutant):
        zig, objcopy = ([word.replace(output, str(target)) for word in step] for step in self.entries[output])
        zig[2:2] = ["-w", "-I", str(include)]
        if mutant.file:
            zig[zig.index("-c") + 1] = str(include / mutant.file)
        run(zig, cwd=self.build)
        run(objcopy, cwd=self.build)

    def mutants(self):
        found = list(mutants_of(self.header))
        for path in SYSTEMS[self.system].code:
            found += mutants_of_code(path, (self.tree / "src" / path).read_text(encoding="utf-8"))
        elsewhere = self.noticed_elsewhere()
        return [mutant._replace(hints=tuple(sorted(elsewhere[mutant.row]))) for mutant in found]

    def noticed_elsewhere(self):
        """row -> what noticed a change of it on any system, by the first version of this one."""
        known, found = {test["name"] for test in self.ctest}, collections.defaultdict(set)
        for path in sorted((self.tree / "tests/mutation").glob("noticed*.txt")):
            for row, tests in re.findall(r"^([^#:]+): (.*)$", path.read_text(encoding="utf-8"), re.M):
                names = {test.split("@")[0] for test in tests.split()} & known
                found[row] |= {"%s@%s" % (name, SYSTEMS[self.system].versions[0]) for name in names}
        return found

    def bench(self, number):
        return TablesBench(self, self.place / ("bench%d" % number))

    def ordinary(self):
        return OrdinaryTables(self)


class Programs:
    """Tests of the model: each program in each version. The first version first; all at once where a row is about versions."""

    def program(self, path):
        return self.base.program(path)

    def tests(self, mutant=None, _=()):
        versions = SYSTEMS[self.base.system].versions
        return [Test("%s@%s" % (test["name"], version), "conformance", [test["name"]], {"IPSOCK_MODEL_VERSION": version}, 60,
                     int(version != versions[0] and not (mutant and mutant.versioned)))
                for test in self.base.ctest for version in versions]


class TablesBench(Programs, Bench):
    pass


class OrdinaryTables(Programs, Ordinary):
    def __init__(self, base):
        super().__init__(base)
        self.libraries = base.place / "shared"


class Model:
    """The model of a kernel, whose facts and options are what is altered, by the environment; the probes, by the lines that the
    kernel itself answered."""

    groups = ("probe", "unasked", "nothing")
    excusable = ("unasked", "nothing")
    unsteady = ("probe", "unasked")
    waits = 3

    def __init__(self, place, system):
        self.place, self.tree, self.build, self.system = place, place / "tree", place / "base", system
        self.survivors, self.noticed = "survivors-%s-model.txt" % system, "noticed-%s-model.txt" % system
        copy_sources(self.tree)
        name = "personality_probes_" + system
        run(["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", *OPTIONS, "-DIPSOCK_PROBES=ON",
             "-DIPSOCK_ZIG=" + os.environ["IPSOCK_ZIG"]])
        run(["ninja", "-C", str(self.build), name])
        self.program = next(path for path in self.build.rglob(name) if path.is_file())
        self.personality = self.tree / "tests/personality"
        answers = self.personality / "probe/answers"
        self.said = read_lines(sorted(answers.glob(system + "-*.csv")))
        self.unasked = read_lines(sorted(answers.glob("model/%s-*.csv" % system)))
        self.probes = run([str(self.personality / "probe/linux/host"), str(self.program), "--list"]).split()

    def mutants(self):
        found = []
        for name, letter, word in (("%s.def", "F", "fact"), ("options_%s.def", "O", "option")):
            text = (self.personality / "model" / (name % self.system)).read_text(encoding="utf-8")
            for row, rest in re.findall(r"^%s\((\w+), (.*)\)$" % letter, text, re.M):
                if word == "option" and "ABSENT" in rest:
                    continue
                hints = tuple(probe for probe in self.probes if re.search(r"\b%s\b" % re.escape(probe), rest))
                if word == "option":
                    hints += tuple("options." + part for part in ("ipv6", "ip", "socket") if "IPPROTO_IPV6" in rest or part != "ipv6")
                found.append(Mutant("MODEL", "%s %s" % (word, row), "turned" if word == "fact" else "gone", row, hints=hints))
        return found

    def placebo(self, number):
        return Mutant("MODEL", "placebo", str(number), "")

    @staticmethod
    def remembered(killer):
        """The probe of the line that noticed."""
        return killer.split()[1].split(",")[0]

    def bench(self, _):
        return ModelBench(self)

    def ordinary(self):
        bench = ModelBench(self)
        bench.make(self.placebo(0))
        return bench


class ModelBench:
    """What a probe says of a model that is altered."""

    def __init__(self, base):
        self.base, self.mutant = base, None

    def make(self, mutant):
        self.mutant = mutant

    def tests(self, _=None, named=()):
        """All subjects; and before them the probes that a fact's source or an earlier run names."""
        base = self.base
        subjects = list(dict.fromkeys(probe.split(".")[0] for probe in base.probes))
        asked = {probe.split(".")[0] for probe, _ in base.said}
        single = [probe for probe in base.probes if probe in named]
        return [Test(name, "probe" if name.split(".")[0] in asked else "unasked", [name], {}, 120,
                     0 if name.split(".")[0] in asked else 2) for name in [*single, *subjects]]

    def try_test(self, test):
        """The lines of a probe or subject that are not as the kernel said."""
        base, name, environment = self.base, test.command[0], dict(os.environ)
        flip = self.mutant.text if self.mutant.change == "turned" else ""
        without = self.mutant.text if self.mutant.change == "gone" else ""
        environment.update(PROBE_SYSTEM=base.system, IPSOCK_MODEL_VERSION=MEASURED[base.system], LIMIT="20",
                           IPSOCK_MODEL_FLIP=flip, IPSOCK_MODEL_WITHOUT=without)
        if base.system == "freebsd" and name.startswith("delivery"):
            environment["PROBE_MEMBER"] = HEARD
        probe = base.personality / "probe"
        done = subprocess.run([str(probe / "collect"), str(probe / "linux/host"), str(base.program), "--only", name],
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False)
        with tempfile.NamedTemporaryFile() as file:
            file.write(done.stdout)
            file.flush()
            measured = read_lines([file.name])
        said = base.said if test.group == "probe" else base.unasked
        asked = {line: value for line, value in said.items() if name in (line[0], line[0].split(".")[0])}
        return ["%s,%s" % line for line in {**asked, **measured} if asked.get(line) != measured.get(line)]
