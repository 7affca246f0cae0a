"""Writes many mutants into one source, each behind a switch that is asked at run time."""

import difflib

# Included before everything in the mutated sources. What the compiler evaluates is never mutated.
SWITCH = """\
#pragma once
#include <cstdlib>
#include <type_traits>
namespace lazulite_mutation {
inline int chosen() {
    static const int number = [] {
        const char* const text = std::getenv("LAZULITE_MUTANT");
        return text == nullptr ? 0 : std::atoi(text);
    }();
    return number;
}
constexpr bool on(int number) {
    if (std::is_constant_evaluated()) return false;
    return chosen() == number;
}
}
"""


def guarded(mutant, number, original):
    on = f"::lazulite_mutation::on({number})"
    if mutant.shape == "expression":
        return f"({on} ? ({mutant.text}) : ({original}))"
    if mutant.shape == "condition":
        return f"({on} ? {mutant.text} : static_cast<bool>({original}))"
    if mutant.shape == "statement":
        return f"({on} ? void() : static_cast<void>({original}))"
    if mutant.shape == "declaration":
        return f"{original}; !{on} && static_cast<bool>({mutant.text})"
    if mutant.shape == "return":
        return f"{{ if ({on}) {mutant.text} {original} }}"
    if mutant.shape == "insert":
        return f" if ({on}) {mutant.text} {original}"
    assert mutant.shape == "skip", mutant.shape
    return f"if ({on}) {{}} else {original}"


def rewritten(source, numbered):
    """`source` with all of the (number, mutant) pairs in it; lines stay where they are."""
    rest = sorted(numbered, key=lambda pair: (pair[1].begin, -pair[1].end, pair[0]))

    def piece(begin, end, inside):
        text, at = "", begin
        while inside:
            number, mutant = inside.pop(0)
            within = []
            while inside and inside[0][1].end <= mutant.end and inside[0][1].begin < max(mutant.end, mutant.begin + 1):
                within.append(inside.pop(0))
            text += source[at:mutant.begin].decode() + guarded(mutant, number, piece(mutant.begin, mutant.end, within))
            at = mutant.end
        return text + source[at:end].decode()

    return piece(0, len(source), rest)


def shown(source, mutant):
    """(line, difference) of one mutant, as a reader wants to see it."""
    if mutant.shape == "declaration":
        changed = source[mutant.begin:mutant.end].decode() + "; false"
    elif mutant.shape in ("statement", "skip"):
        changed = "/* nothing */"
    elif mutant.shape == "expression" and " " in mutant.text:
        changed = f"({mutant.text})"
    else:
        changed = mutant.text
    before = source.decode().splitlines()
    after = (source[:mutant.begin].decode() + changed + source[mutant.end:].decode()).splitlines()
    lines = [line for line in difflib.unified_diff(before, after, n=0, lineterm="")][3:]
    return source[:mutant.begin].count(b"\n") + 1, "\n".join(lines)
