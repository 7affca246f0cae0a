"""Runs tests with one mutant switched on, until one of them notices."""

import os
import re
import signal
import subprocess
import time


def attempt(command, number, limit, folder):
    """(passed, seconds, output) of one command; what takes longer than the limit has failed."""
    environment = {**os.environ, "LAZULITE_MUTANT": str(number), "GTEST_FAIL_FAST": "1", "GTEST_COLOR": "no"}
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=limit)
        passed = process.returncode == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        passed, output = False, f"no end after {limit:.0f} s".encode()
    return passed, time.monotonic() - began, output.decode(errors="replace")


SLOW = 300  # milliseconds of a test that waits until all the others saw nothing


class Player:
    def __init__(self, folder, quick=False):
        self.folder = folder
        self.quick = quick
        self.usual = {}  # seconds that a command takes without a mutant
        self.slow = {}   # which of a program's tests are slow

    def measure(self, commands):
        """Runs each command once as it is; returns the first that fails, with its output."""
        for command in commands:
            if tuple(command) in self.usual:
                continue
            passed, seconds, output = attempt(command, 0, 1800, self.folder)
            if not passed:
                return command, output
            self.usual[tuple(command)] = seconds
            if len(command) == 1:
                times = {name: int(time) for name, time in re.findall(r"^\[       OK \] (\S+)[^\n]* \((\d+) ms\)", output, re.M)}
                self.slow[command[0]] = [name for name, time in times.items() if time >= SLOW]
                for slow in (True, False):
                    self.usual[command[0], slow] = sum(t for t in times.values() if (t >= SLOW) == slow) / 1000
        return None

    def saved(self):
        return [[list(key), seconds] for key, seconds in self.usual.items()], self.slow

    def restore(self, saved, when):
        """What was measured `when`, of programs that are still the same; exchanges may always be new."""
        self.usual = {tuple(key): seconds for key, seconds in saved[0]
                      if os.stat(key[0]).st_mtime < when and not key[0].endswith("wire_tests")}
        self.slow = saved[1]

    def killer(self, steps, number):
        """What notices the mutant, or None."""
        later = []
        for what, command in steps:
            slow = self.slow.get(command[0]) if len(command) == 1 else None
            if slow:
                later.append((what, [command[0], "--gtest_filter=" + ":".join(slow)], self.usual[command[0], True]))
                step = (what, [command[0], "--gtest_filter=-" + ":".join(slow)], self.usual[command[0], False])
            else:
                step = (what, command, self.usual[tuple(command)])
            if by := self.noticed(*step, number):
                return by
        for step in [] if self.quick else later:
            if by := self.noticed(*step, number):
                return by
        return None

    def noticed(self, what, command, usual, number):
        """A failed test is run once more, alone, so that chance kills nobody."""
        limit = 20 + 10 * usual
        passed, _, output = attempt(command, number, limit, self.folder)
        if passed:
            return None
        test = re.search(r"^\[  FAILED  \] ([^\s,]+\.[^\s,]+)", output, re.MULTILINE)
        exchange = re.search(r"([^\s:]+/wire/([^\s:]+\.txt))", output)
        if test:
            alone, name = f"--gtest_filter={test[1]}", test[1]
        elif exchange:
            alone, name = exchange[1], exchange[2]
        else:
            return what + (": " + output if output.startswith("no end") else "")
        if attempt([command[0], alone], number, limit, self.folder)[0]:
            return None
        return f"{what.split()[0]} {name}"
