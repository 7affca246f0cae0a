"""Data folders of old formats (tests/upgrade/fixtures), killed while they are brought to the newest."""

import http.client
import json
import shutil
import sys
import time
from pathlib import Path

from killer import CREATED, MODIFIED
from server import KEY, Connection, Server, asked, problems_of_folder

ROWS = 3000  # that are added to each folder, so that there is something to do


def formats_of_new(binary, folder):
    server = Server(binary, folder, "process")
    for surface in ("blob", "queue", "file"):
        Connection(server.ports[surface]).request("GET", "", "comp=list")
    Connection(server.ports["table"]).request("GET", "Tables")
    server.kill()
    return {path.stem: asked(str(path), "PRAGMA user_version")[0] for path in Path(folder).glob("lazulite/a/*/*.db")}


def run(arguments, folder, kills, rng, killer, counts):
    """What is wrong after that many kills. Each folder is killed once or twice, and then opened: what it held is there."""
    fixtures = Path(arguments.fixtures)
    if not kills or not (fixtures / "fixtures").is_dir():
        return []
    sys.path.insert(0, str(fixtures))
    from client import Client
    from run import Fixture, enlarge

    old = [Fixture(path) for path in sorted((fixtures / "fixtures").iterdir())]
    newest = formats_of_new(arguments.binary, folder)
    old = [fixture for fixture in old if any(newest[kind] > format for kind, format in fixture.about["formats"].items())]
    seconds = 0.1  # that the last undisturbed start took
    while old and kills > 0:
        fixture = rng.choice(old)
        data = Path(folder, "data")
        shutil.rmtree(folder, ignore_errors=True)
        fixture.unpack(data)
        enlarge(data, ROWS)
        configuration = Path(folder, "config.json")
        configuration.write_text(json.dumps({"accounts": [
            {"keys": [KEY], **account} if account["name"] != "devstoreaccount1" else account for account in fixture.about["accounts"]]}))
        flags = arguments.binary, str(data), "process", "--config", str(configuration)
        for _ in range(rng.choice([1, 2])):
            watched = [str(path) for path in data.glob("lazulite/a/*")] if rng.random() < 0.3 else []
            after = rng.uniform(0, 1.3 * seconds) + bool(watched)
            try:
                server = Server(*flags, begun=lambda process: killer.arm(process.pid, after, watched, MODIFIED | CREATED, rng.uniform(0, 0.02)))
                fixture.differences(Client(server.ports), True)
                server.process.wait()
            except (RuntimeError, OSError, ValueError, http.client.HTTPException):
                pass
            killer.outcome()
            counts["kills"] += 1
            still = any(asked(str(path), "PRAGMA user_version")[0] < newest[path.stem] for path in data.glob("lazulite/a/*/*.db"))
            counts["killed " + ("before a migration was whole" if still else "after a migration")] += 1
            kills -= 1
            problems = problems_of_folder(arguments.binary, str(data))
            if problems:
                return [f"{fixture.name}: {problem}" for problem in problems]
        began = time.monotonic()
        server = Server(*flags)
        seconds = time.monotonic() - began
        problems = [problem for problem in fixture.differences(Client(server.ports), True) if "GET cleared" not in problem]
        server.kill()
        problems += problems_of_folder(arguments.binary, str(data))
        if problems:
            return [f"{fixture.name}: {problem}" for problem in problems]
    return []
