# SPDX-License-Identifier: BSD-2-Clause
"""Lists of what no test notices, each line a pattern, " -- ", and why."""
import fnmatch


class Reasons:
    def __init__(self, path):
        self.rows, self.asked, self.used = [], set(), set()
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            if line and not line.startswith("#"):
                pattern, _, reason = line.partition(" -- ")
                self.rows.append((pattern, reason))

    def of(self, key):
        """The reason for what nothing noticed. None: there is none."""
        found = next((row for row in self.rows if fnmatch.fnmatchcase(key, row[0])), None)
        self.used.update(found[:1] if found else ())
        return found and found[1]

    def noticed(self, key):
        self.asked.update(pattern for pattern, _ in self.rows if fnmatch.fnmatchcase(key, pattern))

    def idle(self):
        """Patterns of what was noticed, and of nothing else."""
        return sorted(self.asked - self.used)
