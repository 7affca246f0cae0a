#!/usr/bin/env python3
"""Counts the instructions of one request of each scenario under callgrind and compares them with budget.json; README.md
says what is counted. Ends with `N passed, N failed, 0 skipped`."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "build/release/tests/instructions/instructions"
BUDGET = HERE / "budget.json"
MOST_UP = 3  # percent
MOST_DOWN = 5
SHOWN = 40
PATIENCE = 600  # seconds

# What glibc and OpenSSL choose by the processor: everywhere the same, which every x86-64 of today has.
SAME_PROCESSOR = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-BMI2,-BMI1,-LZCNT,-MOVBE,-ERMS,-FSRM,-RTM"
                      ":glibc.cpu.x86_data_cache_size=0x8000:glibc.cpu.x86_shared_cache_size=0x100000"
                      ":glibc.cpu.x86_non_temporal_threshold=0xc0000",
    "OPENSSL_ia32cap": "~0x1000000000000000:~0x20000128",  # neither AVX nor AVX2, BMI, SHA
}


class Failed(Exception):
    pass


def count(program, scenario, folder):
    """The file that callgrind wrote. All its numbers are of all requests together."""
    written = folder / scenario
    data = folder / f"{scenario}.data"
    data.mkdir()
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={written}",
               str(program), scenario, str(data)]
    try:
        done = subprocess.run(command, env=os.environ | SAME_PROCESSOR, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Failed(f"{scenario}: not done after {PATIENCE} s")
    dump = folder / f"{scenario}.1"  # `written` itself is what came after it: nothing
    if done.returncode != 0 or not dump.exists():
        raise Failed(f"{scenario}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return dump


def instructions(dump, times):
    """Of one request."""
    totals = re.findall(r"^totals: (\d+)$", dump.read_text(), re.MULTILINE)
    return int(totals[-1]) // times


def judge(counts, budget):
    """A line for each scenario, and whether it is as it should be."""
    for scenario in sorted(counts.keys() | budget.keys()):
        now, then = counts.get(scenario), budget.get(scenario)
        if now is None:
            yield False, f"{scenario}: is in the budget and was not counted"
        elif then is None:
            yield False, f"{scenario}: {now:,} instructions, and the budget does not have it"
        else:
            verdict = ""
            if (now - then) * 100 > MOST_UP * then:
                verdict = f": more than {MOST_UP} % above the budget"
            elif (then - now) * 100 > MOST_DOWN * then:
                verdict = f": more than {MOST_DOWN} % below the budget, which --update lowers"
            yield not verdict, f"{scenario}: {now:,} instructions, {now / then - 1:+.2%} of {then:,}{verdict}"


def readable(function):
    coroutine = re.fullmatch(r"(.+?)\(\1\(.*Frame\*\) \[clone \.(\w+)\](.*)", function)  # its name stands in its frame's, too
    name = f"{coroutine[1]} [coroutine]{coroutine[3]}" if coroutine else function
    for long, short in (("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string"),
                        ("std::basic_string_view<char, std::char_traits<char> >", "std::string_view"), ("lazulite::", "")):
        name = name.replace(long, short)
    return name


def profile(dump, times):
    """The most expensive functions with what they call, and by themselves."""
    for title, inclusive in ("with what they call", "yes"), ("by themselves", "no"):
        text = subprocess.run(["callgrind_annotate", f"--inclusive={inclusive}", "--auto=no", "--threshold=100", str(dump)],
                              check=True, capture_output=True, text=True).stdout
        rows = re.findall(r"^ *([\d,]+) \( *([\d.]+)%\)  (?:\S*?):(.*?)(?: \[\S*/(\S+)\])?$", text, re.MULTILINE)
        rows = [row for row in rows if float(row[1]) <= 100]  # callgrind counts some coroutines within themselves
        print(f"\ninstructions a request of functions {title}:")
        for total, percent, function, library in rows[:SHOWN]:
            where = f" [{library}]" if library and library != "instructions" else ""
            print(f"{int(total.replace(',', '')) // times:>12,} {percent:>6} %  {readable(function)[:120]}{where}")


def selftest():
    budget = {"a": 1000, "b": 1000, "c": 1000, "d": 1000, "missing": 1000}
    counts = {"a": 1030, "b": 1031, "c": 950, "d": 949, "new": 1000}
    expected = {"a": True, "b": False, "c": True, "d": False, "missing": False, "new": False}
    found = {line.split(":")[0]: fine for fine, line in judge(counts, budget)}
    wrong = [scenario for scenario in expected if found.get(scenario) != expected[scenario]]
    for scenario in wrong:
        print(f"{scenario}: judged {found.get(scenario)}, expected {expected[scenario]}")
    return len(expected) - len(wrong), len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="all, unless some are named")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--update", action="store_true", help="what is counted is the budget from now on")
    parser.add_argument("--profile", metavar="SCENARIO", help=f"the {SHOWN} most expensive functions instead")
    parser.add_argument("--list", action="store_true", help="names of the scenarios")
    parser.add_argument("--selftest", action="store_true", help="whether the comparison finds what it is for")
    asked = parser.parse_args()

    if asked.selftest:
        passed, failed = selftest()
        print(f"{passed} passed, {failed} failed, 0 skipped")
        return failed
    if not asked.program.exists():
        sys.exit(f"{asked.program} is not there: install valgrind, then build the target `instructions`")
    listed = subprocess.run([asked.program, "--list"], check=True, capture_output=True, text=True).stdout
    times = {name: int(number) for name, number in (line.split() for line in listed.splitlines())}
    if asked.list:
        print("\n".join(times))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if asked.profile:
            if asked.profile not in times:
                parser.error(f"no scenario is called {asked.profile}; --list names them")
            profile(count(asked.program, asked.profile, folder), times[asked.profile])
            return 0
        chosen = asked.scenarios or list(times)
        counts, broken = {}, 0
        with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
            for scenario, dump in [(s, pool.submit(count, asked.program, s, folder)) for s in chosen]:
                try:
                    counts[scenario] = instructions(dump.result(), times[scenario])
                except Failed as problem:
                    print(problem)
                    broken += 1

    budgets = json.loads(BUDGET.read_text()) if BUDGET.exists() else {}
    budget = budgets.setdefault(platform.machine(), {})
    if asked.update and not broken:
        if not asked.scenarios:
            budget.clear()
        budget.update(counts)
        BUDGET.write_text(json.dumps(budgets, indent=2) + "\n")
    expected = {scenario: budget[scenario] for scenario in budget if not asked.scenarios or scenario in chosen}
    verdicts = list(judge(counts, expected))
    for _, line in verdicts:
        print(line)
    passed = sum(fine for fine, _ in verdicts)
    failed = len(verdicts) - passed if not broken else max(broken, len(verdicts) - passed)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
