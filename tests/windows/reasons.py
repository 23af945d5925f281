# SPDX-License-Identifier: BSD-2-Clause
"""Lists of what no test notices, each line a pattern, " -- ", and why."""
import fnmatch


class Reasons:
    def __init__(self, path):
        self.rows = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            if line and not line.startswith("#"):
                pattern, _, reason = line.partition(" -- ")
                self.rows.append((pattern, reason))

    def of(self, key):
        """None: there is none."""
        return next((why for pattern, why in self.rows if fnmatch.fnmatchcase(key, pattern)), None)
