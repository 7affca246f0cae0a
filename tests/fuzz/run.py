#!/usr/bin/env python3
"""Drives the fuzz targets of a build.

  run.py                             every target over its corpus, which is what CI does in the asan build
  run.py --seconds 20 --some 4       fuzzes four targets; which ones, and with which seed, follows from the commit
  run.py --seconds 3600 --merge      fuzzes all of them, and puts inputs that reach more into the corpora
  run.py --seconds 300 xml filter    these two alone

Two run at a time. What breaks a target is made small and kept in build/fuzz-finds: it goes into the corpus under a name
that says what it was, beside the test of the rule that was broken. Ends with `N passed, N failed, N skipped`.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPORA = HERE / "corpus"
FINDS = ROOT / "build" / "fuzz-finds"
AT_ONCE = 2
MOST_BYTES = 1024  # of a new input: long ones are slow, and nobody reads them


def program(arguments, target):
    return str(arguments.build / "tests" / "fuzz" / f"fuzz_{target}")


def environment():
    """Files that targets write are small and many."""
    return {**os.environ, "TMPDIR": "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"}


def run(command):
    outcome = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(), check=False)
    return outcome.returncode, outcome.stdout.decode(errors="replace")


def commit():
    """What CI tests, or the day where there is no git."""
    outcome = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return outcome.stdout.strip() or time.strftime("%Y-%m-%d")


def replay(arguments, target):
    """Runs a target over its corpus, and shows what it says where it breaks."""
    inputs = sum(1 for entry in (CORPORA / target).iterdir())
    status, output = run([program(arguments, target), *fuzzer_options(target, ["-runs=0"]), str(CORPORA / target)])
    if status == 0:
        print(f"{target}: {inputs} inputs", flush=True)
        return inputs, 0
    print(f"{target}: FAILED\n{output[-6000:]}", flush=True)
    return inputs - 1, 1


def fuzzer_options(target, more):
    (FINDS / target).mkdir(parents=True, exist_ok=True)
    return [f"-artifact_prefix={FINDS / target}/", "-timeout=20", "-rss_limit_mb=3000", *more]


def number_after(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def fuzz(arguments, target, seed):
    """Fuzzes a target for a while. New inputs go into build/fuzz-corpus, where the next run finds them."""
    work = ROOT / "build" / "fuzz-corpus" / target
    work.mkdir(parents=True, exist_ok=True)
    more = [f"-max_total_time={arguments.seconds}", f"-seed={seed}", f"-max_len={MOST_BYTES}", "-print_final_stats=1", "-reload=0"]
    dictionary = HERE / "dictionaries" / target
    if dictionary.exists():
        more.append(f"-dict={dictionary}")
    command = ["nice", "-n", "15", program(arguments, target), *fuzzer_options(target, more), str(work), str(CORPORA / target)]
    before = set((FINDS / target).iterdir())
    status, output = run(command)
    finds = sorted(find for find in set((FINDS / target).iterdir()) - before if not find.name.startswith("slow-unit"))
    executions = number_after(r"stat::number_of_executed_units:\s+(\d+)", output)
    coverage = number_after(r"\bcov: (\d+)", output)
    began = int((re.findall(r"INITED cov: (\d+)", output) or ["0"])[0])
    print(f"{target}: {executions} executions, {coverage} edges ({coverage - began} new), {len(finds)} finds", flush=True)
    if status == 0 and not finds:
        merge(arguments, target, work)
        return 1, 0
    for find in finds:
        make_small(arguments, target, find)
    print("\n".join(output.splitlines()[-60:]), flush=True)
    return 0, 1


def make_small(arguments, target, find):
    small = find.with_name("small-" + find.name)
    run([program(arguments, target), "-minimize_crash=1", "-runs=100000", "-max_total_time=60", f"-exact_artifact_path={small}", str(find)])
    kept = small if small.exists() else find
    print(f"  {kept.relative_to(ROOT)}: {kept.read_bytes()[:200]!r}", flush=True)


def merge(arguments, target, work):
    """The fewest new inputs that reach everything which the corpus does not."""
    if not arguments.merge:
        return
    names = set(os.listdir(CORPORA / target))
    options = fuzzer_options(target, ["-merge=1", "-set_cover_merge=1", f"-max_len={MOST_BYTES}"])
    status, output = run([program(arguments, target), *options, str(CORPORA / target), str(work)])
    if status != 0:
        print(f"  not merged\n{output[-2000:]}", flush=True)
    added = set(os.listdir(CORPORA / target)) - names
    print(f"  {target}: {len(added)} inputs added to the corpus", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "asan")
    parser.add_argument("--seconds", type=int, default=0, help="fuzz each so long; 0: replay the corpora")
    parser.add_argument("--some", type=int, default=0, help="fuzz so many, by the commit; 0: all")
    parser.add_argument("--jobs", type=int, default=AT_ONCE, help="targets at a time")
    parser.add_argument("--merge", action="store_true", help="put inputs that reach more into the corpora")
    parser.add_argument("targets", nargs="*")
    arguments = parser.parse_args()
    arguments.build = arguments.build.resolve()

    every = sorted(entry.name for entry in CORPORA.iterdir())
    unknown = set(arguments.targets) - set(every)
    if unknown:
        sys.exit(f"no target is called {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    targets = arguments.targets or every
    if arguments.seconds == 0:
        work = lambda target: replay(arguments, target)
    else:
        dice = random.Random(commit())
        if arguments.some:
            targets = sorted(dice.sample(targets, min(arguments.some, len(targets))))
        seed = dice.randrange(1, 1 << 31)
        print(f"{arguments.seconds} s each of {', '.join(targets)}; seed {seed} of commit {commit()}", flush=True)
        work = lambda target: fuzz(arguments, target, seed)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(work, targets))
    failed = sum(bad for _, bad in results)
    print(f"{sum(good for good, _ in results)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
