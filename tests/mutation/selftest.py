#!/usr/bin/env python3
"""Tries the tool on fixture/: which mutants it finds, that all of them compile into one program, and which are killed.
A few seconds. Ends with `N passed, N failed, 0 skipped`."""

import collections
import pathlib
import subprocess
import sys
import tempfile

import play
import run
import schemata
import sites

HERE = pathlib.Path(__file__).parent
SOURCE = HERE / "fixture/shelf.cpp"
passed = failed = 0


def check(what, expected, actual):
    global passed, failed
    if expected == actual:
        passed += 1
    else:
        failed += 1
        print(f"{what}:\n  expected {expected}\n  but is   {actual}")


def line_of(source, mutant):
    return source[:mutant.begin].count(b"\n") + 1


def main():
    source = SOURCE.read_bytes()
    lines = source.decode().splitlines()
    mutants = sites.mutants_of(str(SOURCE), "shelf.cpp", [])

    def changes(text):
        """What becomes of the one line that holds the text."""
        number = next(i for i, line in enumerate(lines, 1) if text in line)
        return sorted((m.operator, m.text) for m in mutants if line_of(source, m) == number)

    check("a comparison, a conjunction, a result", [
        ("constant", "0 + 1"),
        ("logic", "width <= left || width > 0"),
        ("relation", "width < left"), ("relation", "width <= 0"), ("relation", "width > left"), ("relation", "width >= 0"),
        ("return value", "return !(width <= left && width > 0);")], changes("width <= left"))
    check("a constant of the compiler", [], changes("constexpr int kBoard"))
    check("a static_assert", [], changes("static_assert(kBoard"))
    check("a condition", [("condition", "false"), ("condition", "true")], changes("if (!fits"))
    check("reserve", [], changes("reserve"))
    check("a call", [("removed call", "")], changes("push_back"))
    check("an assignment", [("constant", "0 + 1"), ("removed assignment", "")], changes("books[at] = 0"))
    check("a check that returns", ("removed call", ""), changes("LAZ_CHECK(width")[-1])
    check("an early return", [("early return", "return {};")],
          [(m.operator, m.text) for m in mutants if m.shape == "insert" and line_of(source, m) == lines.index(
              "std::optional<std::size_t> place(std::vector<int>& books, int width) {") + 1])
    check("a sum", [("arithmetic", "size - 100"), ("constant", "100 + 1"), ("constant", "100 - 1"),
                    ("return value", "return {};")], changes("size + 100"))

    check("as many of each file as it has places", {"a": 3, "b": 6, "c": 1}, run.shares({"a": 100, "b": 200, "c": 1, "d": 0}, 10))

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "switch.hpp").write_text(schemata.SWITCH)
        numbered = list(enumerate(mutants, 1))
        text = schemata.rewritten(source, numbered)
        check("lines stay where they are", source.count(b"\n"), text.count("\n"))
        (folder / "shelf.cpp").write_text(text)
        subprocess.run(["g++", "-std=c++20", "-w", "-D_GLIBCXX_ASSERTIONS", "-include", folder / "switch.hpp", folder / "shelf.cpp",
                        HERE / "fixture/shelf_test.cpp", "-o", folder / "shelf_test"], check=True)
        command = [str(folder / "shelf_test")]
        player = play.Player(folder)
        check("the original passes", None, player.measure([command]))
        player.usual[tuple(command)] = -1.9  # a limit of a second
        unnoticed = collections.Counter()
        for number, mutant in numbered:
            if player.killer([("shelf_test", command)], number) is None:
                unnoticed[lines[line_of(source, mutant) - 1].strip()] += 1
        check("survivors", {"constexpr int doubled(int width) { return width + width; }": 2,
                            'if (width > 7) text = "wide";': 7}, dict(unnoticed))

    mutant = next(m for m in mutants if m.text == "width < left")
    check("how a survivor is shown", (15, "-    return width <= left && width > 0;\n+    return (width < left) && width > 0;"),
          schemata.shown(source, mutant))
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
