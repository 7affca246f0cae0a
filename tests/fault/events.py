#!/usr/bin/env python3
"""Events of blobs and a web hook that often fails, while the server is killed with SIGKILL again and again.

Every upload that was acknowledged is told at least once, whatever was killed in between; nothing is told that nobody began;
the web hook is asked once whether it wants events; and attempts go on being counted where the last life stopped.

    tests/fault/events.py --binary build/release/lazulite [--kills 4] [--seed N]

Prints `N passed, N failed, 0 skipped`.
"""

import argparse
import http.client
import json
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from server import ACCOUNT, Connection, Gone, Server, ask, problems_of_folder

FAILS = 0.5  # of the deliveries while there are kills
UPLOADS = 30  # a life has at most
LIFE = 1.0  # seconds it has at most
RETRY = 60  # seconds of the account's time: more than the first pauses between attempts
PATIENCE = 60


class Hook:
    """Notes what comes, by the name of the blob: how many attempts have failed, as the server says, and how many have."""

    def __init__(self, dice):
        self.lock = threading.Lock()
        self.asked = 0
        self.told, self.failed, self.problems = set(), {}, []
        self.fails = FAILS
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                (event,) = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with hook.lock:
                    status, answer = hook.take(event, int(self.headers["aeg-delivery-count"]), dice)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def take(self, event, count, dice):
        if event["eventType"] == "Microsoft.EventGrid.SubscriptionValidationEvent":
            self.asked += 1
            return 200, {"validationResponse": event["data"]["validationCode"]}
        name = event["subject"].rsplit("/", 1)[1]
        seen = self.failed.get(name, 0)
        # An attempt that a kill cut off may not have been counted.
        if not max(0, seen - 1) <= count <= seen:
            self.problems.append(f"{name} comes as attempt {count} after {seen} that failed")
        if dice.random() < self.fails:
            self.failed[name] = count + 1
            return 500, {}
        self.told.add(name)
        return 200, {}


def advance(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    url = f"/_lazulite/clock?account={ACCOUNT}&advance={RETRY}"
    connection.request("POST", url, headers={"x-lazulite-control": "1"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def run(binary, folder, kills, dice):
    hook = Hook(dice)
    config = Path(folder) / "config.json"
    destination = {"endpointType": "WebHook", "properties": {"endpointUrl": hook.url}}
    subscription = {"name": "told", "properties": {"destination": destination}}
    config.write_text(json.dumps({"accounts": [{"name": ACCOUNT, "eventSubscriptions": [subscription]}]}))
    begun, acknowledged = set(), set()
    for life in range(kills):
        server = Server(binary, f"{folder}/data", "process", "--config", str(config))
        killer = threading.Timer(dice.uniform(0.1, LIFE), server.kill)
        killer.start()
        connection = Connection(server.ports["blob"])
        try:
            ask(connection, (201, 409), "PUT", "con", "restype=container")
            for upload in range(UPLOADS):
                name = f"{life}-{upload}"
                begun.add(name)
                ask(connection, (201,), "PUT", f"con/{name}", "", b"x", {"x-ms-blob-type": "BlockBlob"})
                acknowledged.add(name)
                if upload % 7 == 6:
                    advance(server.ports["blob"])
        except (Gone, OSError, http.client.HTTPException):
            pass
        killer.join()

    hook.fails = 0
    server = Server(binary, f"{folder}/data", "process", "--config", str(config))
    end = time.monotonic() + PATIENCE
    while not acknowledged <= hook.told and time.monotonic() < end:
        advance(server.ports["blob"])
        time.sleep(0.05)
    server.kill()
    with hook.lock:
        problems = [f"{name} was never told" for name in sorted(acknowledged - hook.told)]
        problems += [f"{name} was told, and nobody began it" for name in sorted(hook.told - begun)]
        problems += hook.problems
        # A kill may come between the web hook's answer and the note that it gave one.
        if not 1 <= hook.asked <= kills + 1:
            problems.append(f"the web hook was asked {hook.asked} times")
    hook.server.shutdown()
    print(f"{len(acknowledged)} uploads, {sum(hook.failed.values())} attempts that failed, {kills} kills")
    return problems + problems_of_folder(binary, f"{folder}/data")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    folder = tempfile.mkdtemp()
    try:
        problems = run(options.binary, folder, options.kills, random.Random(options.seed))
    except Exception:
        problems = [traceback.format_exc()]
    shutil.rmtree(folder, ignore_errors=True)
    for problem in problems:
        print(problem)
    if problems:
        print(f"seed {options.seed}")
    print(f"{int(not problems)} passed, {int(bool(problems))} failed, 0 skipped")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
