#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""coverage.py SUMMARY: how much of each parser the fuzzers' inputs reach, by llvm-cov's summary. A
case fails when nothing reaches more than 15 % of a file's lines."""
import json
import sys

# Files that read what comes from outside, and what writes it back. Not host.c: the rest of it
# resolves names.
PARSERS = """
core/codec/addr.c core/codec/addr_text.c core/codec/checksum.c core/table/control_codec.c core/table/control_codec.h
core/codec/control_text.c core/codec/header.c core/codec/header_text.c core/codec/icmp_extension.c core/codec/icmp_marshal.c
core/codec/icmp_object.c core/codec/icmp_parse.c core/codec/icmp_quote.c core/codec/icmp_text.c core/codec/program.c
core/codec/program_run.c core/codec/text.c
shared/control.c shared/control.h shared/native.c
""".split()
LEAST = 85  # per cent of the lines


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        files = {entry["filename"].rpartition("/src/")[2]: entry["summary"]
                 for entry in json.load(file)["data"][0]["files"]}
    failed, table = 0, ["%-28s %13s %16s" % ("", "lines", "regions")]
    for name in PARSERS:
        lines, regions = (files.get(name, {}).get(kind, {"covered": 0, "count": 0, "percent": 0})
                          for kind in ("lines", "regions"))
        good = lines["percent"] >= LEAST
        failed += not good
        print("[ RUN      ] coverage of %s" % name)
        table.append("%-28s %5d of %5d %7d of %5d  %5.1f %%" % (
            name, lines["covered"], lines["count"], regions["covered"], regions["count"],
            lines["percent"]))
        print("[%s] coverage of %s" % ("       OK " if good else "  FAILED  ", name))
    print("\n".join(table))
    return 1 if failed else 0


sys.exit(main())
