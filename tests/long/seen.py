"""What /proc said of a process while it ran. Imported by soak.py."""

import os
import statistics
import time


class Seen:
    """Samples of (hosts done, MB, descriptors, threads)."""

    def __init__(self, pid):
        self.folder, self.samples, self.looks = f"/proc/{pid}", [], []

    def look(self, done):
        self.looks.append(time.monotonic())
        try:
            with open(f"{self.folder}/status") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            if "VmRSS" in status:
                self.samples.append((done, int(status["VmRSS"].split()[0]) / 1024, len(os.listdir(f"{self.folder}/fd")), int(status["Threads"])))
        except OSError:
            pass  # it has just ended

    def longest_pause(self):
        """Seconds between two looks, which are meant to be a tenth: how long the machine let us wait."""
        return max((later - earlier for earlier, later in zip(self.looks, self.looks[1:])), default=0)

    def peak(self, column):
        return max((each[column] for each in self.samples), default=0)

    def usual(self, column, since, until):
        """The median while that many hosts were done, or None."""
        values = [each[column] for each in self.samples if since <= each[0] <= until]
        return statistics.median(values) if values else None

    def parts(self, column, total):
        """Usual values of the fifth before the middle of the run and of its last fifth, without its very end, when few are in flight."""
        return self.usual(column, total * 0.3, total * 0.5), self.usual(column, total * 0.75, total * 0.95)

    def course(self, total):
        """The same for a reader: memory within the run."""
        early, late = self.parts(1, total)
        return f", {early:.1f} then {late:.1f} MB" if early and late else ""

    def grown(self, total, judges_memory):
        """What grew within a run over TOTAL hosts."""
        found = []
        for name, column, factor, slack in [("memory", 1, 1.05, 4), ("descriptors", 2, 1, 16)]:
            early, late = self.parts(column, total)
            if early is None or late is None:
                found.append(f"the run was too short to see whether {name} grew")
            elif (judges_memory or column != 1) and late > early * factor + slack:
                found.append(f"{name} grew within the run: {early:.0f} to {late:.0f}")
        return found
