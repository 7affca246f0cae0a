"""What all scenarios are measured with: fresh servers, the load generator, and where results go."""

import json
import os
import subprocess

from . import sas, servers


LEAST_STARTS = 5


class Bench:
    """In each round the servers take turns, so that a slow minute of the machine hits all."""

    def __init__(self, options, kinds, load, folder, results):
        self.options = options
        self.kinds = kinds
        self.load = load
        self.folder = folder
        self.results = results

    def rounds(self):
        return range(self.options.rounds)

    def starts(self):
        """How often servers are started: a start costs little."""
        return range(2 if self.options.quick else max(LEAST_STARTS, self.options.rounds))

    def kinds_that(self, offer):
        """The servers that have something, an attribute of them."""
        return [kind for kind in self.kinds if getattr(kind, offer)]

    def running(self, name, kinds, service="blob"):
        return servers.running(kinds, self.folder / name, service)

    def measure(self, server, mode, *arguments, connections=1, seconds=None, warmup=True, **where):
        """One measurement, after a sixth of its time off the clock."""
        os.sync()  # so that what others wrote before is not flushed on this one's time
        return self.drive(server, mode, *arguments, *self.timed(connections, seconds, warmup), **where)

    def measure_once(self, server, mode, *arguments):
        """Of a mode that ends by itself."""
        os.sync()
        return self.drive(server, mode, *arguments)

    def timed(self, connections, seconds=None, warmup=True):
        seconds = seconds or self.options.seconds
        return ["--connections", connections, "--seconds", seconds, "--warmup", seconds / 6 if warmup else 0]

    def fill(self, server, *arguments, mode="fill", **where):
        measured = self.drive(server, mode, *arguments, **where)
        if measured["errors"]:
            raise RuntimeError(f"{server.name} does not take the data: {measured['complaints']}")
        return measured

    def drive(self, server, mode, *arguments, **where):
        """Wakes the server and runs the load generator; one that gives up becomes an error in the report."""
        return self.drive_together([(server, (mode, *arguments), where)])[0]

    def drive_together(self, jobs):
        """Several load generators at once; each job is a server, or one of its services, with arguments and where they go."""
        with jobs[0][0].awake():
            started = [subprocess.Popen(self.command(server, *arguments, **where), text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE) for server, arguments, where in jobs]
            return [result_of(load) for load in started]

    def command(self, server, mode, *arguments, port=None, path=servers.CONTAINER, credentials=None):
        words = [self.load, mode, "--port", port or server.port, "--path", path,
                 *(self.credentials() if credentials is None else credentials),
                 "--put-statuses", server.put_statuses, "--pids", ",".join(map(str, server.pids())), *arguments]
        return [str(word) for word in words]

    def credentials(self, auth=None):
        if (auth or self.options.auth) == "sharedkey":
            return ["--account", sas.ACCOUNT, "--key", sas.KEY]
        return ["--sas", sas.account_sas()]

    def record(self, number, scenario, server, measured):
        self.results.add(number, scenario, server.name, measured)

    def record_machine(self, number, scenario, measured):
        """What the machine does without any server."""
        self.results.add(number, scenario, "machine", {"errors": 0, **measured})


def result_of(load):
    output, complaint = load.communicate()
    if load.returncode != 0:
        return {"errors": 1, "complaints": [complaint.strip()]}
    return json.loads(output)


def together(measured):
    """What several generators saw of one server at the same time, as one measurement."""
    requests = sum(one.get("requests", 0) for one in measured)
    spent = max(one.get("server_cpu_us", 0) * one.get("requests", 0) for one in measured)  # each saw all of it
    generators = sum(one.get("client_busy", 0) for one in measured)
    others = min(one.get("others_busy", 0) + one.get("client_busy", 0) for one in measured) - generators
    return {"errors": sum(one["errors"] for one in measured),
            "complaints": [text for one in measured for text in one.get("complaints", [])],
            "requests_per_second": sum(one.get("requests_per_second", 0) for one in measured),
            "server_cpu_us": spent / requests if requests else 0,
            "client_busy": max(one.get("client_busy", 0) for one in measured), "others_busy": max(0, others),
            "p50_us": max(one.get("p50_us", 0) for one in measured),
            "p99_us": max(one.get("p99_us", 0) for one in measured),
            "max_us": max(one.get("max_us", 0) for one in measured)}
