"""A server that is killed again and again under load, and looked at after each kill."""

import argparse
import random
import shutil
import sys
import tempfile
import time

from server import Connection, Server, problems_of_folder


def options(description, kills, many=None):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=0.6, help="longest life under load")
    parser.add_argument("--durability", default="process")
    if many:
        parser.add_argument("--many", type=int, default=many, help="files of the directory of many")
    return parser.parse_args()


def one_kill(arguments, folder, service, load, rng, flags):
    """One life: load, kill, check, reopen, verify. Returns (problems, acknowledged)."""
    server = Server(arguments.binary, folder, arguments.durability, *flags)
    load.prepare(Connection(server.ports[service]))
    load.start(server.ports[service])
    time.sleep(rng.uniform(0.05, arguments.seconds))
    server.kill()
    problems, acknowledged = load.collect()
    problems += problems_of_folder(arguments.binary, folder)
    server = Server(arguments.binary, folder, arguments.durability, *flags)
    problems += load.verify(Connection(server.ports[service]))
    server.kill()
    return problems, acknowledged


def run(description, service, make_load, kills, flags=(), many=None):
    """Kills as often as the command line says, or until something is wrong: `make_load(rng)` has `prepare`, `start`, `collect`,
    `verify`, and `told`, what it says at the end. `flags` are the server's; with `many` there is an option of that name, which
    `make_load` gets too. Exits."""
    arguments = options(description, kills, many)
    print(f"seed {arguments.seed}")
    rng = random.Random(arguments.seed)
    folder = tempfile.mkdtemp(prefix=f"lazulite-{service.replace(' ', '-')}s-")
    load = make_load(rng, arguments.many) if many else make_load(rng)
    failed = total = 0
    for kill in range(arguments.kills):
        problems, acknowledged = one_kill(arguments, folder, service, load, rng, flags)
        total += acknowledged
        if problems:
            failed += 1
            print(f"kill {kill}:", *problems[:40], sep="\n  ")
            break  # what follows would only repeat it; the folder is kept
    print(f"{total} writes were acknowledged; {load.told()}")
    if failed:
        print(f"the data folder is kept: {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{kill + 1 - failed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)
