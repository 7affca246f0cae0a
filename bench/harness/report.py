"""Collects what was measured and prints medians and ratios."""

import json
import statistics
import sys
import time

from . import install, machine, scenarios
from .scenario import SECTIONS

CLIENT_LIMIT = 0.9  # of a processor
OTHERS_LIMIT = 0.2
SHOWN = ("requests_per_second", "mib_per_second", "server_cpu_us", "p50_us", "p99_us", "errors", "start_ms", "anon_mib",
         "mapped_mib", "more_anon_mib", "bytes_per_blob", "kib_each")


class Results:
    """Measurements by scenario and server, in the order in which they came."""

    def __init__(self, names, about, measured=None):
        self.names = names
        self.about = about  # machine, date, commit, options
        self.measured = measured if measured is not None else {}

    @classmethod
    def begin(cls, options, kinds):
        about = {"machine": machine.description(), "date": time.strftime("%Y-%m-%d"), "commit": machine.commit(install.ROOT),
                 "servers": {kind.name: kind.version() for kind in kinds},
                 "options": {key: str(value) for key, value in vars(options).items()}}
        return cls([kind.name for kind in kinds], about)

    @classmethod
    def read_json(cls, path):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        return cls(document["names"], document["about"], document["rounds"])

    def write_json(self, path):
        medians = {scenario: {server: self.medians(scenario, server) for server in by_server}
                   for scenario, by_server in self.measured.items()}
        document = {"names": self.names, "about": self.about, "medians": medians, "rounds": self.measured}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)

    def add(self, number, scenario, server, measured):
        self.measured.setdefault(scenario, {}).setdefault(server, []).append(measured)
        shown = {key: round(measured[key], 1) for key in SHOWN if key in measured}
        print(f"round {number + 1}  {scenario:22} {server:9} {shown}", file=sys.stderr, flush=True)

    def median(self, scenario, server, key):
        values = [one[key] for one in self.measured.get(scenario, {}).get(server, []) if key in one]
        return statistics.median(values) if values else None

    def medians(self, scenario, server):
        keys = {key: None for one in self.measured[scenario][server] for key in one if key != "complaints"}
        return {key: self.median(scenario, server, key) for key in keys}

    def errors_of(self, scenario, server):
        return sum(one["errors"] for one in self.measured.get(scenario, {}).get(server, []))

    def complaints(self):
        """One line for each scenario and server that went wrong."""
        for scenario, by_server in self.measured.items():
            for server, rounds in by_server.items():
                errors = self.errors_of(scenario, server)
                if errors:
                    first = next((text for one in rounds for text in one.get("complaints", [])), "?")
                    yield f"{scenario} {server}: {errors} errors, such as: {first}"

    def print(self):
        for title in SECTIONS:
            lines = [line for row in scenarios.rows() if row.section == title if (line := self.line(row))]
            if lines:
                print(f"\n{title}\n{self.heading()}\n" + "\n".join(lines))
        print()
        for note in self.notes():
            print(note)
        errors = list(self.complaints())
        print("\n  ".join(["errors:", *errors]) if errors else "errors: none")
        return not errors

    def columns(self):
        machine_alone = any("machine" in by_server for by_server in self.measured.values())
        return [*self.names, "machine"] if machine_alone else self.names

    def others(self):
        return [name for name in self.names if name != "lazulite"] if "lazulite" in self.names else []

    def heading(self):
        ratios = "".join(f"{'lazulite/' + other:>18}" for other in self.others())
        return f"{'':22} {'':12}" + "".join(f"{name:>12}" for name in self.columns()) + ratios

    def line(self, row):
        values = {name: self.median(row.name, name, row.key) for name in self.columns()}
        if all(value is None for value in values.values()):
            return None
        cells = "".join(f"{cell(values[name], row.factor, self.mark(row.name, name, row.key)):>12}" for name in values)
        ratios = "".join(f"{ratio(values['lazulite'], values[other]):>18}" for other in self.others())
        return f"{row.name:22} {row.unit:12}{cells}{ratios}"

    def mark(self, scenario, server, key):
        if key not in ("requests_per_second", "mib_per_second", "p50_us"):
            return ""
        client = (self.median(scenario, server, "client_busy") or 0) > CLIENT_LIMIT
        others = (self.median(scenario, server, "others_busy") or 0) > OTHERS_LIMIT
        return ("*" if client else "") + ("!" if others else "")

    def notes(self):
        marks = {mark for scenario, by_server in self.measured.items() for server in by_server
                 for mark in self.mark(scenario, server, "p50_us")}
        if "*" in marks:
            yield "* the load generator was busy all the time: the server may be faster than this"
        if "!" in marks:
            yield f"! other programs used more than {OTHERS_LIMIT:.0%} of a processor"


def cell(value, factor, mark):
    if value is None:
        return "-"
    value *= factor
    return (f"{value:,.0f}" if value >= 100 else f"{value:.1f}") + mark


def ratio(ours, theirs):
    return "-" if ours is None or not theirs else f"{ours / theirs:.2f}"
