"""The memory of a server's processes: what is its own, and files that it has mapped."""

import contextlib
import re
import threading
from pathlib import Path

STEP_SECONDS = 0.02


def mib(pids):
    """Resident, in MiB; of processes that are there."""
    found = {"anon_mib": 0.0, "mapped_mib": 0.0, "resident_mib": 0.0}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            for key, field in (("anon_mib", "RssAnon"), ("mapped_mib", "RssFile"), ("resident_mib", "VmRSS")):
                found[key] += int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024
    return found


class Watch:
    """The most that was seen inside a `with`."""

    def __init__(self, server):
        self.server = server
        self.most = mib(server.pids())
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.ended.wait(STEP_SECONDS):
            now = mib(self.server.pids())
            self.most = {key: max(self.most[key], now[key]) for key in now}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
