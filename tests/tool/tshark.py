# SPDX-License-Identifier: BSD-2-Clause
"""What tshark reads in packets."""
import os
import struct
import subprocess
import tempfile

from harness import WAIT, need

ETHERNET, RAW_IP = 1, 101  # link types of capture files: LINKTYPE_ETHERNET, LINKTYPE_RAW


def read(link, frames, fields, *options):
    """A list for each frame: the values of each field, several joined by commas, then what is
    malformed in it, and tshark's remarks. Checksums are verified."""
    need("tshark")
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for frame in frames:
            file.write(struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame)
        file.flush()
        words = [word for field in (*fields, "_ws.malformed", "_ws.expert.message")
                 for word in ("-e", field)]
        done = subprocess.run(["tshark", "-n", "-o", "ip.check_checksum:TRUE", *options,
                               "-r", file.name, "-T", "fields", *words],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=WAIT * 3, env={**os.environ, "LC_ALL": "C"})
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]
