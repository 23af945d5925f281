#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whether every source below src leans on rooms below its own only, and on nothing that leans on it.

    tests/style/rooms.py [ROOT]

Reads includes and calls (and what else is named inside functions). A unit is NAME.c with NAME.h. A
function that is declared in one room and defined in another is a contract: the caller leans on the
declaration, and only a system's room may fulfil it. Prints each arrow that goes up, and each circle,
with the places; the table of rooms is in docs/design.md.
"""
import collections
import pathlib
import re
import sys

# Each room, and the rooms that it may lean on beside itself.
CORE = ("core/codec", "core/table", "core/endpoint", "core/option", "core/group", "core/traffic", "core/life")
GROUND = CORE[:3]
BELOW = {room: CORE[:i] for i, room in enumerate(CORE)}
BELOW["shared"] = GROUND
BELOW["posix"] = GROUND + ("shared",)
for system in ("linux", "bsd", "darwin", "illumos"):
    BELOW[system] = GROUND + ("shared", "posix")
BELOW["windows"] = GROUND + ("shared",)
SYSTEMS = tuple(room for room in BELOW if room not in CORE)

NAME = re.compile(r"(?<!struct )\bips(?:k|ock)_\w+")
# After a name: the parameters, and what follows them.
HEAD = re.compile(r"\b(ips(?:k|ock)_\w+)\s*\(")
OBJECT = re.compile(r"^(extern )?(?:static )?const [\w ]*?\**(ipsk_\w+)(?:\[[^]]*\])?\s*(=|;)", re.M)

Place = collections.namedtuple("Place", "file line")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    text = re.sub(r"//[^\n]*", blank, text)
    return re.sub(r'(?<!include )"(?:\\.|[^"\\\n])*"', blank, text)


def room_of(file):
    return file.rsplit("/", 1)[0]


def unit_of(file):
    return file[:-2]


def bodies(text):
    """Spans inside braces or of macros: there a name is used, elsewhere it is declared or defined."""
    spans, depth, start = [], 0, 0
    for match in re.finditer(r"[{}]|^[ \t]*#[ \t]*define(?:[^\n]*\\\n)*[^\n]*", text, re.M):
        if len(match.group()) > 1:
            spans.append(match.span())
            continue
        if match.group() == "{":
            start = match.start() if depth == 0 else start
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                spans.append((start, match.end()))
    return spans


class Source:
    """One file: what it includes, declares, defines and uses."""

    def __init__(self, name, text):
        self.name = name
        self.text = text = without_comments(text)
        self.includes = [(m.group(1), self.place(m.start()))
                         for m in re.finditer(r'#include "([^"]+)"', text)]
        spans = bodies(text)
        flat = list(text)
        for begin, end in spans:
            for i in range(begin, end):
                if flat[i] != "\n":
                    flat[i] = " " if text[begin] != "{" or begin < i < end - 1 else flat[i]
        flat = "".join(flat)
        self.declared, self.defined = set(), set()
        for match in HEAD.finditer(flat):
            rest = flat[self.closing(flat, match.end()):].lstrip()
            (self.defined if rest.startswith("{") else self.declared).add(match.group(1))
        for extern, name, _ in OBJECT.findall(flat):
            (self.declared if extern else self.defined).add(name)
        self.used = [(m.group(), self.place(begin + m.start()))
                     for begin, end in spans for m in NAME.finditer(text[begin:end])]

    def place(self, at):
        return Place(self.name, self.text.count("\n", 0, at) + 1)

    @staticmethod
    def closing(text, at):
        depth = 1
        while depth and at < len(text):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        return at


class House:
    def __init__(self, root):
        self.sources = {}
        for path in sorted(root.rglob("*.[ch]")):
            name = path.relative_to(root).as_posix()
            self.sources[name] = Source(name, path.read_text(encoding="utf-8"))
        self.declaring = collections.defaultdict(list)
        self.defining = collections.defaultdict(list)
        for source in self.sources.values():
            for name in source.declared if source.name.endswith(".h") else ():
                self.declaring[name].append(source.name)
            for name in source.defined:
                self.defining[name].append(source.name)
        self.faults = []
        self.arrows = collections.defaultdict(dict)  # unit -> unit -> place

    @staticmethod
    def near(room, files):
        """Systems may have functions of one name: those of a room beside are not meant."""
        near = [file for file in files if room_of(file) == room or room_of(file) in BELOW.get(room, ())]
        return near or files

    def targets(self, room, name):
        """The files that a use of a name in a room leans on."""
        declaring = self.near(room, self.declaring.get(name, ()))
        for defining in self.near(room, self.defining.get(name, ())):
            if not declaring or room_of(defining) in map(room_of, declaring):
                yield defining
            elif room_of(defining) in SYSTEMS:
                yield from declaring
            else:
                self.faults.append("%s is declared in %s and defined in %s, another room" % (
                    name, declaring[0], defining))

    def read(self):
        for source in self.sources.values():
            if room_of(source.name) not in BELOW:
                self.faults.append("%s lies in no room (tests/style/rooms.py)" % source.name)
            for name, place in source.includes:
                if name in self.sources:
                    self.lean(source.name, name, "includes it", place)
            for name, place in source.used:
                for target in set(self.targets(room_of(source.name), name)):
                    self.lean(source.name, target, "uses " + name, place)

    def lean(self, file, other, how, place):
        if unit_of(file) == unit_of(other):
            return
        room, lower = room_of(file), room_of(other)
        if lower != room and lower not in BELOW.get(room, ()):
            self.faults.append("src/%s:%d: %s, of the room above or beside: %s %s" % (
                file, place.line, other, unit_of(file), how))
        self.arrows[unit_of(file)].setdefault(unit_of(other), (place, how))

    def circles(self):
        """One circle for each knot of units: depth first, a path back to a unit that is on it."""
        state, path = {}, []

        def visit(unit):
            state[unit] = "open"
            path.append(unit)
            for other in sorted(self.arrows.get(unit, ())):
                if state.get(other) == "open":
                    self.tell(path[path.index(other):] + [other])
                elif other not in state:
                    visit(other)
            path.pop()
            state[unit] = "done"

        sys.setrecursionlimit(10000)
        for unit in sorted(self.arrows):
            if unit not in state:
                visit(unit)

    def tell(self, circle):
        lines = []
        for unit, other in zip(circle, circle[1:]):
            place, how = self.arrows[unit][other]
            lines.append("    src/%s:%d: %s leans on %s: %s" % (place.file, place.line, unit, other, how))
        self.faults.append("a circle:\n" + "\n".join(lines))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    house = House(root / "src")
    house.read()
    house.circles()
    for fault in dict.fromkeys(house.faults):
        print(fault)
    print("%d sources, %d rooms, %d arrows between units, %d faults" % (
        len(house.sources), len(BELOW), sum(map(len, house.arrows.values())), len(set(house.faults))))
    return 1 if house.faults or not house.arrows else 0


if __name__ == "__main__":
    sys.exit(main())
