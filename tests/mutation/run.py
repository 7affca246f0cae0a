#!/usr/bin/env python3
"""Changes the sources of src/*/domain, src/auth and src/wire in small ways, and counts how many changes some test notices.

    tests/mutation/run.py                  300 mutants: an hour or two, most of it the build
    tests/mutation/run.py --keep           only those that survived the last time, or were not there

All mutants are compiled at once into a copy of the tree (build/mutation), each behind a switch that LAZULITE_MUTANT turns on.
Needs what scripts/test.sh needs.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import layers
import play
import schemata
import sites

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEAST = 0.85


def put(path, content):
    """Leaves alone what is there already, so that nothing is compiled for it."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def copy_tree(tree):
    mutated = set(layers.sources(ROOT))
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not (name in mutated and (tree / name).exists()):
            put(tree / name, (ROOT / name).read_bytes())
            (tree / name).chmod((ROOT / name).stat().st_mode)
    switch = tree / "build/mutation_switch.hpp"
    put(switch, schemata.SWITCH.encode())
    libraries = " ".join(layer.library for layer in layers.LAYERS)
    options = f"""
foreach(layer {libraries})  # what the mutants need
  target_compile_options(${{layer}} PRIVATE -w -Wno-narrowing -D_GLIBCXX_ASSERTIONS -include "{switch}")
endforeach()
"""
    put(tree / "CMakeLists.txt", (ROOT / "CMakeLists.txt").read_bytes() + options.encode())
    subprocess.run(["cmake", "--preset", "release", "-DLAZULITE_TESTS=ON"], cwd=tree, check=True, stdout=subprocess.DEVNULL)


def found_mutants(tree, name, flags):
    """All mutants of a source, kept between runs: clang takes its time."""
    content = (ROOT / name).read_bytes()
    how = (pathlib.Path(sites.__file__)).read_bytes()
    kept = tree / "build/mutants" / (hashlib.sha256(content + how).hexdigest() + ".json")
    if kept.exists():
        return [sites.Mutant(**fields) for fields in json.loads(kept.read_text())]
    found = sites.mutants_of(str(ROOT / name), name, flags)
    put(kept, json.dumps([mutant.__dict__ for mutant in found]).encode())
    return found


def shares(sizes, count):
    """How many of `count` each file gives: as many as it has places, and one at least."""
    total = sum(sizes.values())
    exact = {name: count * size / total for name, size in sizes.items() if size}
    share = {name: max(1, int(value)) for name, value in exact.items()}
    for name in sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name)):
        if sum(share.values()) >= count:
            break
        share[name] += 1
    return share


def syntax_command(tree, name):
    """The command that compiles the library's sources, for this one alone and without a result."""
    library = layers.layer_of(name).library
    commands = json.loads((tree / "build/release/compile_commands.json").read_text())
    command = next(entry["command"] for entry in commands if f"/{library}.dir/Unity/" in entry["file"])
    words = command.split(" -o ")[0].split()
    return [word.replace('\\"', "").strip('"') for word in words] + ["-fsyntax-only", str(tree / "build/tried" / name)]


def choose(tree, name, mutants, count, numbers, seed):
    """Writes `count` mutants into the copy of the source, and returns those, numbered; what does not compile is passed over."""
    source = (ROOT / name).read_bytes()
    kept = tree / "build/chosen" / f"{name.replace('/', '-')}.json"
    asked = hashlib.sha256(f"{seed} {count} {[mutant.key() for mutant in mutants]}".encode() + source).hexdigest()
    if kept.exists() and (saved := json.loads(kept.read_text()))["asked"] == asked:
        numbered = list(zip(numbers, [sites.Mutant(**fields) for fields in saved["chosen"]]))
        put(tree / name, schemata.rewritten(source, numbered).encode())
        return numbered
    waiting = list(mutants)
    random.Random(f"{seed} {name}").shuffle(waiting)
    chosen = []
    while True:
        while len(chosen) < count and waiting:
            place = {(mutant.begin, mutant.end) for mutant in chosen}
            at = next((i for i, mutant in enumerate(waiting) if (mutant.begin, mutant.end) not in place), 0)
            chosen.append(waiting.pop(at))
        numbered = list(zip(numbers, sorted(chosen, key=lambda m: (m.begin, m.end, m.text))))
        text = schemata.rewritten(source, numbered).encode()
        put(tree / "build/tried" / name, text)
        done = subprocess.run(syntax_command(tree, name), cwd=tree / "build/release", capture_output=True, text=True)
        if done.returncode == 0:
            put(tree / name, text)
            put(kept, json.dumps({"asked": asked, "chosen": [mutant.__dict__ for _, mutant in numbered]}).encode())
            return numbered
        lines = {int(line) for line in re.findall(rf"{re.escape(name)}:(\d+):", done.stderr)}
        wrong = [mutant for _, mutant in numbered
                 if lines & set(range(source[:mutant.begin].count(b"\n") + 1, source[:mutant.end].count(b"\n") + 2))]
        if not wrong:
            sys.exit(f"{name} does not compile, and it is not clear why:\n{done.stderr}")
        chosen = [mutant for mutant in chosen if mutant not in wrong]


def sample(tree, count, seed, jobs):
    flags = [f"-I{path}" for path in sorted((tree / "build/release/layers").iterdir())]
    names = layers.sources(ROOT)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        found = dict(zip(names, pool.map(lambda name: found_mutants(tree, name, flags), names)))
        share = shares({name: len(mutants) for name, mutants in found.items()}, count)
        first, numbers = 1, {}
        for name in names:
            numbers[name] = range(first, first + share.get(name, 0))
            first += share.get(name, 0)
        print(f"{sum(map(len, found.values()))} mutants in {len(names)} sources, {first - 1} wanted", flush=True)
        written = pool.map(lambda name: choose(tree, name, found[name], share.get(name, 0), numbers[name], seed), names)
        return [pair for pairs in written for pair in pairs]


def judged_equivalent():
    """{(file, difference): why}, from equivalent.txt."""
    judged = {}
    for stanza in (pathlib.Path(__file__).parent / "equivalent.txt").read_text().split("\n\n"):
        lines = [line for line in stanza.strip().splitlines() if not line.startswith("#")]
        if lines:
            change = [squeezed(line) for line in lines[1:] if line[0] in "-+"]
            judged[lines[0], tuple(change)] = " ".join(line for line in lines[1:] if line[0] not in "-+")
    return judged


def squeezed(line):
    return line[0] + " ".join(line[1:].split())


def report(results, out):
    judged = judged_equivalent()
    table = collections.defaultdict(collections.Counter)
    survivors = []
    for mutant, by in results:
        line, change = schemata.shown((ROOT / mutant.file).read_bytes(), mutant)
        why = judged.get((mutant.file, tuple(squeezed(text) for text in change.splitlines() if text[0] in "-+")))
        fate = "killed" if by else "equivalent" if why else "survived"
        for row in (layers.layer_of(mutant.file).folder, "all"):
            table[row][fate] += 1
        if not by:
            survivors.append(f"{mutant.file}:{line}: {mutant.operator}{', equivalent: ' + why if why else ''}\n{change}\n")
    print("\n".join(survivors), file=out)
    print(f"{'layer':<22}{'mutants':>8}{'killed':>8}{'survived':>10}{'of these equivalent':>21}", file=out)
    for row in [*(layer.folder for layer in layers.LAYERS), "all"]:
        fates = table[row]
        left = fates["survived"] + fates["equivalent"]
        print(f"{row:<22}{fates['killed'] + left:>8}{fates['killed']:>8}{left:>10}{fates['equivalent']:>21}", file=out)
    share = table["all"]["killed"] / max(1, len(results))
    print(f"{100 * share:.1f} % of {len(results)} mutants killed, {100 * LEAST:.0f} % wanted", file=out)
    return share


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=11)
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--tree", type=pathlib.Path, default=ROOT / "build/mutation", help="where the copy is built")
    arguments.add_argument("--keep", action="store_true", help="what the last run killed stays killed")
    arguments.add_argument("--quick", action="store_true", help="without the slow tests")
    options = arguments.parse_args()
    tree = options.tree.resolve()
    os.environ.setdefault("CCACHE_BASEDIR", str(tree))
    os.environ.setdefault("CCACHE_NOHASHDIR", "1")

    copy_tree(tree)
    numbered = sample(tree, options.count, options.seed, options.jobs)
    began = time.monotonic()
    build = tree / "build/release"
    subprocess.run(["cmake", "--build", build, "-j", str(options.jobs), "--target", *layers.programs()], check=True,
                   stdout=subprocess.DEVNULL)
    print(f"{len(numbered)} mutants built in {time.monotonic() - began:.0f} s", flush=True)

    player = play.Player(tree, options.quick)
    measured = build / "usual.json"
    if options.keep and measured.exists():
        player.restore(json.loads(measured.read_text()), measured.stat().st_mtime)
    steps = {name: layers.steps(tree, build, name) for name in {mutant.file for _, mutant in numbered}}
    broken = player.measure([command for name in sorted(steps) for _, command in steps[name]])
    if broken:
        sys.exit(f"fails without any mutant: {' '.join(broken[0])}\n{broken[1][-3000:]}")
    put(measured, json.dumps(player.saved()).encode())
    kept_at = tree / "build/results.json"
    kept = json.loads(kept_at.read_text()) if options.keep and kept_at.exists() else {}
    fates = {mutant.key(): kept[mutant.key()] for _, mutant in numbered if kept.get(mutant.key())}

    def play_one(pair):
        number, mutant = pair
        if mutant.key() not in fates:
            fates[mutant.key()] = player.killer(steps[mutant.file], number)
            line, _ = schemata.shown((ROOT / mutant.file).read_bytes(), mutant)
            fate = fates[mutant.key()]
            put(kept_at, json.dumps(dict(fates), indent=1).encode())
            print(f"{number} {mutant.file}:{line} {mutant.operator}: {'killed by ' + fate if fate else 'SURVIVED'}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(play_one, numbered))
    results = [(mutant, fates[mutant.key()]) for _, mutant in numbered]
    with open(tree / "build/report.txt", "w") as out:
        report(results, out)
    share = report(results, sys.stdout)
    enough = share >= LEAST
    print("1 passed, 0 failed, 0 skipped" if enough else "0 passed, 1 failed, 0 skipped")
    sys.exit(0 if enough else 1)


if __name__ == "__main__":
    main()
