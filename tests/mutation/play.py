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


class Player:
    def __init__(self, folder):
        self.folder = folder
        self.usual = {}  # seconds that a command takes without a mutant

    def measure(self, commands):
        """Runs each command once as it is; returns the first that fails, with its output."""
        for command in commands:
            if tuple(command) in self.usual:
                continue
            passed, seconds, output = attempt(command, 0, 900, self.folder)
            if not passed:
                return command, output
            self.usual[tuple(command)] = seconds
        return None

    def killer(self, steps, number):
        """What notices the mutant, or None. A failed test is run once more, alone, so that chance kills nobody."""
        for what, command in steps:
            passed, _, output = attempt(command, number, 20 + 10 * self.usual[tuple(command)], self.folder)
            if passed:
                continue
            test = re.search(r"^\[  FAILED  \] (\S+\.\S+)", output, re.MULTILINE)
            if test:
                name = test[1].rstrip(",")
                alone = [command[0], f"--gtest_filter={name}"]
                if attempt(alone, number, 20 + 10 * self.usual[tuple(command)], self.folder)[0]:
                    continue
                return f"{what.split()[0]} {name}"
            return what + (": " + output if output.startswith("no end") else "")
        return None
