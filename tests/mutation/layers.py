"""What is mutated, and which tests would notice."""

import dataclasses
import pathlib
import re


@dataclasses.dataclass(frozen=True)
class Layer:
    folder: str      # its sources
    library: str     # the CMake target they are compiled into
    own: tuple       # unit test programs, without test_; a source's own tests are looked for in these
    others: tuple    # those of its users
    exchanges: tuple # below tests/wire


LAYERS = (
    Layer("src/wire", "wire", ("wire",), ("auth", "service", "table", "queue", "web", "paging", "app"), ("",)),
    Layer("src/auth", "auth", ("auth",), ("service", "identity", "app", "permissions"), ("auth", "")),
    Layer("src/blob/domain", "blob_domain", ("blob_access", "blob"), ("blob_tree", "paging", "permissions", "datalake", "blob_model"),
          ("blob", "datalake", "control", "service")),
    Layer("src/datalake/domain", "datalake_domain", ("datalake",), (), ("datalake",)),
    Layer("src/web/domain", "web_domain", ("web",), (), ("web",)),
    Layer("src/queue/domain", "queue_domain", ("queue",), ("paging",), ("queue", "service")),
    Layer("src/table/domain", "table_domain", ("table",), ("paging", "permissions"), ("table", "auth")),
    Layer("src/file/domain", "file_domain", ("file",), ("paging", "file_model"), ("file", "service")),
)


def layer_of(name):
    return next(layer for layer in LAYERS if name.startswith(layer.folder + "/"))


def sources(root):
    return [str(path.relative_to(root)) for layer in LAYERS for path in sorted((root / layer.folder).glob("*.cpp"))]


def programs():
    names = dict.fromkeys(name for layer in LAYERS for name in layer.own + layer.others)
    return [f"test_{name}" for name in names] + ["wire_tests"]


def suites(root, name):
    """A GoogleTest filter of the suites in tests/unit that are named after the source."""
    stem = pathlib.PurePath(name).stem
    found = set()
    for path in (root / "tests/unit").rglob(f"{stem}*_test.cpp"):
        found.update(re.findall(r"^TEST(?:_[FP])?\((\w+)", path.read_text(), re.MULTILINE))
    return ":".join(f"{suite}.*:*/{suite}.*" for suite in sorted(found))


def steps(root, build, name):
    """(what, command) of the tests that may notice a mutant of the source, the likeliest first."""
    layer = layer_of(name)
    found = {path.name: str(path) for path in (build / "tests").rglob("*") if path.is_file() and path.name in programs()}
    chosen = []
    own = suites(root, name)
    if own:
        chosen += [(f"test_{program} {own}", [found[f"test_{program}"], f"--gtest_filter={own}"]) for program in layer.own]
    for folder in layer.exchanges:
        path = str(root / "tests/wire" / folder).rstrip("/")
        chosen.append((f"wire_tests tests/wire/{folder}".rstrip("/"), [found["wire_tests"], path]))
    chosen += [(f"test_{program}", [found[f"test_{program}"]]) for program in layer.own + layer.others]
    return chosen
