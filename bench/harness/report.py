"""Collects what was measured and prints medians and ratios."""

import json
import os
import platform
import statistics
import sys

from . import scenarios

CLIENT_LIMIT = 0.9  # of a processor
OTHERS_LIMIT = 0.2

# A section of the report: its title and rows of (scenario, unit, key in a measurement, factor).
PER_SECOND = {"4k": ("req/s", "requests_per_second", 1)}
PER_REQUEST = {"256m": ("ms/req", "server_cpu_us", 1e-3)}
TRANSFERS = scenarios.TRANSFERS + scenarios.APPENDS + scenarios.PAGES + scenarios.PAGE_WRITES + scenarios.VERBS
SMALL = [scenario.name for scenario in scenarios.MESSAGES + scenarios.TABLES + scenarios.FILES + scenarios.PATHS] + [scenarios.FILL_MESSAGES]
SMALL += [*scenarios.FILL_TABLES.values(), scenarios.FILL_FILES, scenarios.RENAME_MANY, scenarios.FILL_PATHS]
RATES = [(transfer.name, *PER_SECOND.get(transfer.size, ("MiB/s", "mib_per_second", 1)))
         for transfer in TRANSFERS] + [(scenarios.FILL_LIST, *PER_SECOND["4k"])]
RATES += [(name, *PER_SECOND["4k"]) for name in SMALL]
CPU = [(transfer.name, *PER_REQUEST.get(transfer.size, ("us/req", "server_cpu_us", 1)))
       for transfer in TRANSFERS] + [(scenarios.FILL_LIST, "us/req", "server_cpu_us", 1)]
CPU += [(name, "us/req", "server_cpu_us", 1) for name in SMALL]
COSTS = [*((name, unit, key, 1e-3) for name in (scenarios.LIST, scenarios.FILE_LIST, scenarios.PATH_LIST, scenarios.PATH_TREE)
           for unit, key in (("ms/page", "p50_us"), ("CPU ms/page", "server_cpu_us"))),
         *((name, "us", "p50_us", 1) for name in (*scenarios.RENAME_PATHS.values(), *scenarios.DELETE_PATHS.values())),
         *((scenario.name, "us", "p50_us", 1) for scenario in scenarios.TABLES if scenario.operation == "get"),
         *((scenario.name, "ms", "p50_us", 1e-3) for scenario in scenarios.TABLES
           if scenario.operation in ("partition", "filter")),
         (scenarios.STARTUP, "ms", "start_ms", 1), (scenarios.MEMORY, "MiB", "resident_mib", 1)]
SECTIONS = [("Throughput: more is better", RATES), ("CPU time of the server: less is better", CPU),
            ("Other costs: less is better", COSTS)]


class Results:
    """Measurements by scenario and server, in the order in which they came."""

    def __init__(self, options, names):
        self.options = options
        self.names = names
        self.measured = {}

    def add(self, number, scenario, server, measured):
        self.measured.setdefault(scenario, {}).setdefault(server, []).append(measured)
        if "resident_mib" in measured:
            self.add_memory(server, measured)
        shown = {key: round(value, 1) for key, value in measured.items()
                 if key in ("requests_per_second", "server_cpu_us", "p50_us", "errors", "start_ms", "resident_mib")}
        print(f"round {number + 1}  {scenario:22} {server:9} {shown}", file=sys.stderr, flush=True)

    def add_memory(self, server, measured):
        memory = {"errors": 0, "resident_mib": measured.pop("resident_mib")}
        self.measured.setdefault(scenarios.MEMORY, {}).setdefault(server, []).append(memory)

    def median(self, scenario, server, key):
        values = [one[key] for one in self.measured.get(scenario, {}).get(server, []) if key in one]
        return statistics.median(values) if values else None

    def medians(self, scenario, server):
        keys = {key: None for one in self.measured[scenario][server] for key in one if key != "complaints"}
        return {key: self.median(scenario, server, key) for key in keys}

    def complaints(self):
        """One line for each scenario and server that went wrong."""
        for scenario, by_server in self.measured.items():
            for server, rounds in by_server.items():
                errors = sum(one["errors"] for one in rounds)
                if errors:
                    first = next(text for one in rounds for text in one.get("complaints", []))
                    yield f"{scenario} {server}: {errors} errors, such as: {first}"

    def print(self):
        for title, rows in SECTIONS:
            lines = [line for line in (self.line(*row) for row in rows) if line]
            if lines:
                print(f"\n{title}\n{self.heading()}\n" + "\n".join(lines))
        print()
        for note in self.notes():
            print(note)
        errors = list(self.complaints())
        print("\n  ".join(["errors:", *errors]) if errors else "errors: none")
        return not errors

    def others(self):
        return [name for name in self.names if name != "lazulite"] if "lazulite" in self.names else []

    def heading(self):
        ratios = "".join(f"{'lazulite/' + other:>18}" for other in self.others())
        return f"{'':22} {'':12}" + "".join(f"{name:>12}" for name in self.names) + ratios

    def line(self, scenario, unit, key, factor):
        values = {name: self.median(scenario, name, key) for name in self.names}
        if all(value is None for value in values.values()):
            return None
        cells = "".join(f"{self.cell(values[name], factor, self.mark(scenario, name, key)):>12}" for name in self.names)
        ratios = "".join(f"{ratio(values['lazulite'], values[other]):>18}" for other in self.others())
        return f"{scenario:22} {unit:12}{cells}{ratios}"

    @staticmethod
    def cell(value, factor, mark):
        if value is None:
            return "-"
        value *= factor
        return (f"{value:,.0f}" if value >= 100 else f"{value:.1f}") + mark

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

    def write_json(self, path):
        medians = {scenario: {server: self.medians(scenario, server) for server in by_server}
                   for scenario, by_server in self.measured.items()}
        document = {"machine": {"processors": os.cpu_count(), "kernel": platform.release()},
                    "options": {key: str(value) for key, value in vars(self.options).items()},
                    "medians": medians, "rounds": self.measured}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)


def ratio(ours, theirs):
    return "-" if ours is None or not theirs else f"{ours / theirs:.2f}"
