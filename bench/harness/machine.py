"""What the machine alone can do: the marks for what owes an MD5 or a flush to it, and how it is described."""

import hashlib
import os
import platform
import re
import subprocess
import time
from pathlib import Path

MD5 = "md5"
FLUSH = "fdatasync-4k"


def md5(seconds):
    """MD5 of buffers of 1 MiB, by the same library that the server takes."""
    buffer = os.urandom(1 << 20)
    digest = hashlib.md5(usedforsecurity=False)
    return {"mib_per_second": per_second(seconds, lambda: digest.update(buffer))}


def flushes(folder, seconds):
    """4 KiB after the other at the end of a file, each flushed before the next."""
    folder.mkdir(parents=True, exist_ok=True)
    block = os.urandom(4096)
    path = folder / "flushed"
    with open(path, "wb", buffering=0) as file:
        def append():
            file.write(block)
            os.fdatasync(file.fileno())
        rate = per_second(seconds, append)
    path.unlink()
    return {"requests_per_second": rate}


def per_second(seconds, step):
    begun, steps = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - begun) < seconds or not steps:
        step()
        steps += 1
    return steps / elapsed


def description():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read())[1])
    return {"processors": os.cpu_count(), "model": model[1] if model else platform.machine(),
            "memory_gib": round(memory / (1 << 20)), "kernel": platform.release()}


def commit(folder):
    """With a + when files differ from it."""
    found = subprocess.run(["git", "-C", str(folder), "describe", "--always", "--dirty=+", "--exclude=*"],
                           capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def disk_bytes(folder):
    """What the files below it take up on the disk."""
    return sum(path.lstat().st_blocks * 512 for path in Path(folder).rglob("*"))
