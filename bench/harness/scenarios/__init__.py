"""What is measured, by subject, in the order of a run. Each subject has its SCENARIOS and a `run` for those that are wanted."""

from . import (blobs, connections, data_lake, devices, durability, files, many_blobs, messages, starts, steady, tables,
               transfers, uploads, website)

SUBJECTS = (starts, transfers, uploads, blobs, website, connections, steady, durability, many_blobs, messages, tables, devices,
            files, data_lake)


def all_scenarios():
    return [scenario for subject in SUBJECTS for scenario in subject.SCENARIOS]


def rows():
    """Of the report, each once: some come with more than one scenario."""
    return list(dict.fromkeys(row for scenario in all_scenarios() for row in scenario.rows))
