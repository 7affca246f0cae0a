"""A process that kills another one on time, whatever the clients are doing: after a while, or when something happens to files."""

import ctypes
import multiprocessing
import os
import select
import signal
import time

MODIFIED, CREATED, DELETED = 0x2, 0x100, 0x200  # inotify(7)
libc = ctypes.CDLL(None, use_errno=True)


class Killer:
    def __init__(self):
        self.pipe, there = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=serve, args=(there,), daemon=True)
        self.process.start()

    def arm(self, pid, after, paths=(), events=MODIFIED, delay=0.0):
        """Kills after that many seconds, or `delay` after the first time when something happens to one of the paths."""
        self.pipe.send((pid, after, list(paths), events, delay))

    def outcome(self):
        """Whether it was something that happened to the paths, and when the kill was."""
        return self.pipe.recv()


def serve(pipe):
    while True:
        try:
            pid, after, paths, events, delay = pipe.recv()
        except EOFError:
            return
        end = time.monotonic() + after
        watch = libc.inotify_init1(os.O_CLOEXEC)
        for path in paths:
            libc.inotify_add_watch(watch, path.encode(), events)
        happened = bool(select.select([watch], [], [], max(0, end - time.monotonic()))[0])
        if happened:
            time.sleep(delay)
        os.kill(pid, signal.SIGKILL)
        pipe.send((happened, time.time()))
        os.close(watch)
