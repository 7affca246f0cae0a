"""Brings what a run needs below build/bench: the load generator, built, and Azurite, installed."""

import shutil
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
BUILD = ROOT / "build" / "bench"


def run(*command, folder=ROOT):
    """Output goes to stderr: stdout is for the report."""
    subprocess.run([str(word) for word in command], cwd=folder, check=True, stdout=sys.stderr)


def load_generator():
    build = BUILD / "load"
    if not (build / "CMakeCache.txt").exists():
        run("cmake", "-S", BENCH / "load", "-B", build, "-DCMAKE_BUILD_TYPE=Release")
    subprocess.run(["cmake", "--build", str(build)], check=True, stdout=subprocess.DEVNULL)
    return build / "lazulite_load"


def azurite():
    """The folder that holds the Azurite of the committed lock file."""
    folder = BUILD / "azurite"
    lock = (BENCH / "package-lock.json").read_bytes()
    installed = folder / "installed.json"  # a copy of the lock file, written when all went well
    if installed.exists() and installed.read_bytes() == lock:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    installed.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(BENCH / name, folder)
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)
    installed.write_bytes(lock)
    return folder
