#!/usr/bin/env python3
"""The report of bench/run, without measuring: figures that are given here, and the lines and bars that they have to make."""

import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from harness import aims, chart, page, report, scenarios  # noqa: E402

ABOUT = {"machine": {"processors": 2, "model": "A", "memory_gib": 24, "kernel": "6.1"}, "date": "2026-11-23", "commit": "abc1234",
         "servers": {"lazulite": "", "azurite": "3.37.0", "nginx": "1.22.1"},
         "options": {"rounds": "3", "seconds": "1.0", "quick": "False"}}


def rounds(key, *values, errors=0):
    return [{"errors": errors, "complaints": ["status 500"] * errors, key: value} for value in values]


def results(**more):
    measured = {
        "get-4k-c16": {"lazulite": rounds("requests_per_second", 40_000, 60_000, 50_000),
                       "azurite": rounds("requests_per_second", 1_000), "nginx": rounds("requests_per_second", 100_000)},
        "upload-1g-c4": {"lazulite": rounds("mib_per_second", 450), "azurite": rounds("mib_per_second", 45),
                         "nginx": rounds("mib_per_second", 500)},
        "put-256m-c1": {"lazulite": rounds("mib_per_second", 475)},
        "md5": {"machine": rounds("mib_per_second", 500)},
        "memory-idle": {"lazulite": rounds("anon_mib", 13), "azurite": rounds("anon_mib", 130)},
        "startup": {"lazulite": rounds("start_ms", 12.25), "azurite": rounds("start_ms", 1225)},
    }
    return report.Results(["lazulite", "azurite", "nginx"], ABOUT, measured | more)


def line_of(text, title):
    return next(line for line in text.splitlines() if line.startswith(f"| {title} |"))


class Markdown(unittest.TestCase):
    def setUp(self):
        self.text = page.full(results(), "benchmark.svg")

    def test_a_line_has_medians_ratios_aims_and_a_verdict(self):
        self.assertEqual(line_of(self.text, "Get Blob 4 KiB, 16 connections"), "| Get Blob 4 KiB, 16 connections | a second "
                         "| 50,000 | 1,000 | 100,000 | 50.0x | 50x | 0.50x | 0.9x |  | **no** |")

    def test_an_aim_that_is_just_met(self):
        title = "Upload of 1 GiB in 4 MiB blocks, 4 at once"
        self.assertEqual(line_of(self.text, title), f"| {title} | MiB/s | 450 | 45.0 | 500 | 10.0x |  | 0.90x | 0.9x |  | yes |")

    def test_a_part_of_what_the_machine_does(self):
        self.assertEqual(line_of(self.text, "Put Blob 256 MiB"),
                         "| Put Blob 256 MiB | MiB/s | 475 | - | - | - |  | - |  | 0.9x md5: 0.95x | yes |")
        self.assertIn("MD5 of the same library: 500 MiB/s.", self.text)

    def test_of_a_cost_less_is_better(self):
        self.assertEqual(line_of(self.text, "Memory, idle"),
                         "| Memory, idle | MiB of its own | 13.0 | 130 | - | 10.0x |  | - |  | <= 12 | **no** |")
        self.assertEqual(line_of(self.text, "Start to first answer, empty"),
                         "| Start to first answer, empty | ms | 12.2 | 1,225 | - | 100x |  | - |  | <= 20 | yes |")

    def test_the_aims_are_counted(self):
        self.assertIn("3 of 5 lines with aims meet them.", self.text)
        self.assertIn("No errors; what was read was compared.", self.text)

    def test_what_had_errors_meets_nothing(self):
        text = page.full(results(**{"upload-commit": {"lazulite": rounds("p50_us", 900, errors=2)}}), "benchmark.svg")
        self.assertTrue(line_of(text, "... its Put Block List").endswith("| <= 5 | **no** |"))
        self.assertIn("- upload-commit lazulite: 2 errors, such as: status 500", text)

    def test_it_says_where_and_of_what(self):
        self.assertIn("2026-11-23, commit abc1234, 2 processors (A), 24 GiB, Linux 6.1. lazulite, Azurite 3.37.0, nginx 1.22.1. "
                      "Medians of 3 rounds of 1 s", self.text)


class Readme(unittest.TestCase):
    def test_the_table_stands_between_its_marks(self):
        before = f"above\n{page.BEGIN}\nold\n{page.END}\nbelow\n"
        after = page.put_into(before, results())
        self.assertTrue(after.startswith(f"above\n{page.BEGIN}\n\n| "))
        self.assertTrue(after.endswith(f"{page.END}\nbelow\n"))
        self.assertNotIn("old", after)
        self.assertEqual(line_of(after, "Get Blob 4 KiB, 16 connections"),
                         "| Get Blob 4 KiB, 16 connections | a second | 50,000 | 1,000 | 100,000 | 50.0x |")
        self.assertEqual(after, page.put_into(after, results()))

    def test_a_text_without_marks_is_refused(self):
        with self.assertRaises(RuntimeError):
            page.put_into("above\nbelow\n", results())

    def test_the_readme_has_the_marks(self):
        page.put_into((ROOT / "README.md").read_text(encoding="utf-8"), results())


class Chart(unittest.TestCase):
    def setUp(self):
        self.root = ElementTree.fromstring(chart.svg(results()))

    def found(self, kind):
        return [one for one in self.root if one.get("class") == kind]

    def test_bars_are_as_long_as_their_ratios_on_a_logarithmic_scale(self):
        decade = (chart.WIDTH - chart.LEFT - chart.RIGHT) / 2  # of the first panel: from 1x to 100x
        widths = [float(bar.get("width")) for bar in self.found("bar")][:4]
        for width, powers in zip(widths, (1.69897, 1, 1, 2)):  # 50x, 10x, 10x, 100x
            self.assertAlmostEqual(width, powers * decade, delta=0.1)
        self.assertEqual([text.text for text in self.found("value")], ["50x", "10x", "10x", "100x", "0.50x", "0.90x"])

    def test_each_panel_has_its_title_and_aims(self):
        self.assertEqual([text.text for text in self.found("title")], [title for _, title, _ in chart.PANELS])
        self.assertEqual(len(self.found("aim")), 3)  # 50x Azurite; 0.9x nginx, twice

    def test_nothing_stands_outside(self):
        height = int(self.root.get("height"))
        for one in self.root.iter():
            self.assertLessEqual(float(one.get("y", 0)), height)
            self.assertLessEqual(float(one.get("x", 0)) + float(one.get("width", 0) if one is not self.root else 0), chart.WIDTH)


class Registry(unittest.TestCase):
    def test_scenarios_have_names_of_their_own(self):
        names = [scenario.name for scenario in scenarios.all_scenarios()]
        self.assertEqual(len(names), len(set(names)))

    def test_every_aim_is_of_something_that_is_measured(self):
        recorded = {row.name for row in scenarios.rows()}
        self.assertEqual([line.title for line in aims.LINES if line.scenario not in recorded], [])
        marks = {aim.mark for line in aims.LINES for aim in line.aims if isinstance(aim, aims.OfMachine)}
        self.assertLessEqual(marks, recorded)

    def test_the_readme_of_the_bench_names_every_subject(self):
        text = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
        kinds = {re.sub(r"-(4k|1m|256m|64k)?(-?c\d+.*)?$", "", one.name) for one in scenarios.all_scenarios()}
        self.assertEqual([kind for kind in sorted(kinds) if f"`{kind}" not in text], [])


if __name__ == "__main__":
    ran = unittest.main(exit=False, argv=sys.argv, verbosity=1).result
    failed = len(ran.failures) + len(ran.errors)
    print(f"{ran.testsRun - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)
