# SPDX-License-Identifier: BSD-2-Clause
"""A Wine of its own for a network namespace: Wine's sockets are made by its server, which stays in the
namespace in which it was started."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = ["sh", str(HERE / "wine")]


def ready_base():
    """The prefix whose files the others share. They are there when a program has run; its server, which
    other tests may be using too, writes the registry down twice a minute."""
    base = pathlib.Path(os.environ.get("WINEPREFIX", HERE.parents[1] / "build/wine"))
    subprocess.run([*COMMAND, "cmd", "/c", "exit"], env=dict(os.environ, WINEPREFIX=str(base)),
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (base / "userdef.reg").exists():
        assert time.monotonic() < end, "Wine keeps its registry to itself"
        time.sleep(0.1)
    return base


class Prefix:
    """Registry and server; the files are the base's."""

    def __init__(self, base):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="ipsock-wine-"))
        for file in (*base.glob("*.reg"), base / ".update-timestamp"):
            shutil.copy(file, self.path)
        for directory in ("dosdevices", "drive_c"):
            (self.path / directory).symlink_to(base / directory)

    @property
    def environment(self):
        return dict(os.environ, WINEPREFIX=str(self.path))

    def remove(self):
        subprocess.run([*COMMAND, "-k"], env=self.environment, check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.path)
