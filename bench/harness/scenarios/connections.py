"""Connections: a new one for each request, credentials of two kinds, and 10,000 that do nothing while others work."""

import contextlib
import http.client
import resource
import socket

from .. import memory, sas, servers
from ..scenario import COSTS, COUNTS, CPU, SIZES, Named, Row, requests

NEW = Named("connect-4k-c16", requests("connect-4k-c16"))
KEYS = Named("sharedkey-4k-c16", (Row("sharedkey-4k-c16", CPU, "us/req", "server_cpu_us"),
                                  Row("sharedkey-4k-c16", CPU, "us more", "more_cpu_us")))
IDLE_COUNT = 10_000
IDLE = Named("idle-10k", (Row("idle-10k", COSTS, "KiB each", "kib_each"), Row("idle-10k", COSTS, "ms p99", "p99_us", 1e-3),
                          Row("idle-10k", COSTS, "ms p99 alone", "p99_alone_us", 1e-3)))
SCENARIOS = [NEW, KEYS, IDLE]
BESIDE = 500  # requests a second by others, over 16 connections
SPARE = 500  # open files for all else
BLOBS = ["--prefix", "get-4k-", "--count", COUNTS["4k"], "--size", SIZES["4k"]]


def run(bench, chosen):
    for number in bench.rounds():
        if NEW in chosen:
            with filled(bench, bench.kinds) as started:
                for server in started:
                    bench.record(number, NEW.name, server, bench.measure(server, "get", *BLOBS, "--close", 1, connections=16))
        if KEYS in chosen:
            with filled(bench, bench.kinds_that("checks_signatures")) as started:
                for server in started:
                    bench.record(number, KEYS.name, server, compare_credentials(bench, server))
        if IDLE in chosen:
            kinds = [servers.adjusted(kind, connections=IDLE_COUNT + SPARE) for kind in bench.kinds_that("holds_idle")]
            with filled(bench, kinds) as started:
                for server in started:
                    bench.record(number, IDLE.name, server, with_idle_ones(bench, server))


@contextlib.contextmanager
def filled(bench, kinds):
    with bench.running("connections", kinds) as started:
        for server in started:
            bench.fill(server, *BLOBS, "--connections", 16)
        yield started


def compare_credentials(bench, server):
    """Three times as long as others: what is looked for is a microsecond."""
    by_kind = {auth: bench.measure(server, "get", *BLOBS, connections=16, seconds=bench.options.seconds * 3,
                                   credentials=bench.credentials(auth)) for auth in ("sas", "sharedkey")}
    keys, tokens = by_kind["sharedkey"], by_kind["sas"]
    if "server_cpu_us" in keys and "server_cpu_us" in tokens:
        keys["more_cpu_us"] = keys["server_cpu_us"] - tokens["server_cpu_us"]
    keys["errors"] += tokens["errors"]
    keys["complaints"] += tokens.get("complaints", [])
    return keys


def with_idle_ones(bench, server):
    alone = beside(bench, server)
    before = memory.mib(server.pids())["anon_mib"]
    count = min(IDLE_COUNT, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE)
    with contextlib.ExitStack() as cleanup:
        with server.awake():
            idle = [used_connection(server, cleanup) for _ in range(count)]
        after = memory.mib(server.pids())["anon_mib"]
        measured = beside(bench, server)
        closed = sum(is_closed(one) for one in idle)
    if closed:
        measured["errors"] += closed
        measured.setdefault("complaints", []).append(f"{closed} of {count} idle connections were closed")
    if alone["errors"] or measured["errors"]:
        return {"errors": alone["errors"] + measured["errors"],
                "complaints": alone.get("complaints", []) + measured.get("complaints", [])}
    return {**measured, "idle": count, "kib_each": (after - before) * 1024 / count, "p99_alone_us": alone["p99_us"],
            "p99_growth": measured["p99_us"] / alone["p99_us"]}


def beside(bench, server):
    return bench.measure(server, "get", *BLOBS, "--rate", BESIDE, connections=16, seconds=bench.options.seconds * 3)


def used_connection(server, cleanup):
    """One that has had an answer: servers hold more for it than for one that never asked."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    cleanup.callback(connection.close)
    connection.request("GET", f"{servers.CONTAINER}/get-4k-000000?{sas.account_sas()}", headers={"x-ms-version": sas.VERSION})
    connection.getresponse().read()
    return connection.sock


def is_closed(connection):
    if connection is None:
        return True
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
