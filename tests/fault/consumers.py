#!/usr/bin/env python3
"""Many producers and consumers over one queue, with and without kills, and what a queue promises of them.

Producers put numbered messages; consumers take some at a time, delete most, hide a few for longer and drop the others, as
a consumer that crashes does. Everybody notes what was acknowledged. In the second run the server is killed with SIGKILL
while they work, and everybody goes on after its restart. Then must hold:

- every message whose put was acknowledged was delivered at least once, and nothing that nobody put;
- no message was delivered after its deletion was acknowledged;
- no message was delivered before the time until which an earlier delivery or update hides it, by the clock of the account.

The clock of the account runs an hour ahead from the beginning, so that a restart which loses the offset shows.

    tests/fault/consumers.py --binary build/release/lazulite [--messages 20000] [--kills 4] [--seed N]

Prints `N passed, N failed, 0 skipped`: a run is one test.
"""

import argparse
import http.client
import random
import shutil
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from urllib.parse import quote

from server import ACCOUNT, Connection, Gone, Server, ask, problems_of_folder
from worker import Worker, fork

QUEUE = "work"
CLIENTS = 32  # producers, and as many consumers
HOUR = 3600
LONG = 30  # seconds that a message is hidden for somebody who deletes it
SHORT = 1  # ... who drops it
DROPPED = 0.03
UPDATED = 0.05
LONGEST_LIFE = 1.5  # seconds until a kill


@dataclass(frozen=True)
class Delivery:
    """A message as it was handed out, or hidden anew by an update."""

    text: str
    count: int  # the dequeue count
    asked: float  # account time before the request, so it was not hidden earlier than that
    answered: float  # account time after the answer, so it was not handed out later than that
    hidden_until: float  # at the earliest: `asked` and the visibility timeout
    update: bool = False


@dataclass
class Notes:
    """What a client saw acknowledged in one life of the server."""

    put: int = 0  # of a producer: messages begun so far
    acknowledged: list = field(default_factory=list)  # texts
    uncertain: list = field(default_factory=list)  # texts whose put was not answered
    deliveries: list = field(default_factory=list)
    deleted: list = field(default_factory=list)  # (text, dequeue count)
    problem: str = ""


class Account:
    """Account time, as far as a client can know it: its own clock and what the account's was advanced by."""

    def __init__(self):
        self.advanced = 0

    def now(self):
        return time.monotonic() + self.advanced

    def advance(self, port, seconds):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", f"/_lazulite/clock?account={ACCOUNT}&advance={seconds}", headers={"x-lazulite-control": "1"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise AssertionError(f"the clock answered {answer.status}: {answer.read()[:200]}")
        self.advanced += seconds


def produce(port, index, begin, end):
    """Puts the messages `begin` to `end` of producer `index`."""
    notes, connection = Notes(begin), Connection(port)
    try:
        for number in range(begin, end):
            text = f"{index}-{number}"
            notes.put = number + 1
            notes.uncertain.append(text)
            body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()
            ask(connection, {201}, "POST", f"{QUEUE}/messages", "", body)
            notes.acknowledged.append(notes.uncertain.pop())
    except Gone:
        pass
    except Exception:
        notes.problem = traceback.format_exc()
    return notes


class Consumer:
    def __init__(self, port, account, seed, careful, done):
        self.connection, self.account, self.rng = Connection(port), account, random.Random(seed)
        self.careful = careful  # deletes all it takes
        self.done = done  # set when nothing new comes
        self.notes = Notes()

    def run(self):
        try:
            while self.take() or not self.done.is_set():
                pass
        except Gone:
            pass
        except Exception:
            self.notes.problem = traceback.format_exc()
        return self.notes

    def take(self):
        """Takes some messages and works on them; how many there were."""
        drops = not self.careful and self.rng.random() < DROPPED
        seconds = SHORT if drops else LONG
        query = f"numofmessages={self.rng.choice((1, 1, 4, 32))}&visibilitytimeout={seconds}"
        asked = self.account.now()
        _, _, body = ask(self.connection, {200}, "GET", f"{QUEUE}/messages", query)
        answered = self.account.now()
        messages = [{part.tag: part.text for part in message} for message in ET.fromstring(body)]
        for message in messages:
            delivery = Delivery(message["MessageText"], int(message["DequeueCount"]), asked, answered, asked + seconds)
            self.notes.deliveries.append(delivery)
        if not drops:
            for message in messages:
                self.work_on(message)
        return len(messages)

    def work_on(self, message):
        path, receipt = f"{QUEUE}/messages/{message['MessageId']}", message["PopReceipt"]
        text, count = message["MessageText"], int(message["DequeueCount"])
        if self.rng.random() < UPDATED:
            asked = self.account.now()
            _, headers, _ = ask(self.connection, {204}, "PUT", path, f"popreceipt={quote(receipt)}&visibilitytimeout={LONG}")
            receipt = headers["x-ms-popreceipt"]
            self.notes.deliveries.append(Delivery(text, count, asked, self.account.now(), asked + LONG, update=True))
        ask(self.connection, {204}, "DELETE", path, f"popreceipt={quote(receipt)}")
        self.notes.deleted.append((text, count))


def consume(*arguments):
    return Consumer(*arguments).run()


class Run:
    """One queue, from its creation until it is empty."""

    def __init__(self, arguments, folder, rng):
        self.arguments, self.folder, self.rng = arguments, folder, rng
        self.account = Account()
        self.done = fork.Event()
        self.begun = [0] * CLIENTS  # messages that each producer has begun
        self.notes = []
        self.problems = []

    def start(self):
        return Server(self.arguments.binary, self.folder, self.arguments.durability)

    def whole(self, kills):
        server = self.start()
        port = server.ports["queue"]
        ask(Connection(port), {201}, "PUT", QUEUE)
        self.account.advance(port, HOUR)
        for _ in range(kills):
            self.life(server, self.rng.uniform(0.2, LONGEST_LIFE))
            self.problems += problems_of_folder(self.arguments.binary, self.folder)
            server = self.start()
        self.life(server)
        self.drain(server)
        server.kill()
        return self.problems + problems_of(self.notes)

    def life(self, server, seconds=None):
        """Everybody works until all is put and nothing visible is left, or for some seconds until the server is killed."""
        port, share = server.ports["queue"], self.arguments.messages // CLIENTS
        consumers = [Worker(consume, port, self.account, self.rng.getrandbits(64), False, self.done) for _ in range(CLIENTS)]
        producers = [Worker(produce, port, index, begun, share) for index, begun in enumerate(self.begun)]
        if seconds:
            time.sleep(seconds)
            server.kill()
        produced = [producer.result() for producer in producers]
        self.begun = [notes.put for notes in produced]
        if not seconds:
            self.done.set()
        self.note(produced + [consumer.result() for consumer in consumers])
        if not seconds and server.process.poll() is not None:
            self.problems.append("the server died by itself")

    def drain(self, server):
        """What was dropped, or handed out by an answer that did not arrive, becomes visible and is worked on."""
        port = server.ports["queue"]
        self.account.advance(port, 2 * LONG)
        self.note([consume(port, self.account, 0, True, self.done)])
        _, headers, _ = ask(Connection(port), {200}, "GET", QUEUE, "comp=metadata")
        if headers["x-ms-approximate-messages-count"] != "0":
            self.problems.append(f"{headers['x-ms-approximate-messages-count']} messages are left, none of them visible")

    def note(self, notes):
        self.notes += notes
        self.problems += [one.problem for one in notes if one.problem]


def problems_of(notes):
    """What was not kept of the promises."""
    put = {text for one in notes for text in one.acknowledged}
    perhaps = {text for one in notes for text in one.uncertain}
    deleted = dict(sorted((pair for one in notes for pair in one.deleted), reverse=True))  # the first deletion of each
    deliveries = {}
    for one in notes:
        for delivery in one.deliveries:
            deliveries.setdefault(delivery.text, []).append(delivery)
    problems = [f"{text} was never delivered" for text in put - deliveries.keys()]
    problems += [f"{text} was delivered, nobody put it" for text in deliveries.keys() - put - perhaps]
    for text, seen in deliveries.items():
        seen.sort(key=lambda delivery: (delivery.count, delivery.update))
        problems += [f"{text} was delivered again after its deletion: {delivery}" for delivery in seen
                     if text in deleted and delivery.count > deleted[text]]
        for earlier, later in zip(seen, seen[1:]):
            if later.count == earlier.count and not later.update:
                problems.append(f"{text} was handed out twice: {earlier} {later}")
            if later.count > earlier.count and later.answered < earlier.hidden_until:
                problems.append(f"{text} was handed out while it was hidden: {earlier} {later}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=4, help="in the second run")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--durability", default="process")
    arguments = parser.parse_args()

    print(f"seed {arguments.seed}")
    rng = random.Random(arguments.seed)
    passed = failed = 0
    for kills in (0, arguments.kills):
        folder = tempfile.mkdtemp(prefix="lazulite-consumers-")
        began = time.monotonic()
        run = Run(arguments, folder, rng)
        problems = run.whole(kills)
        counts = [sum(len(part) for part in parts) for parts in zip(*((n.acknowledged, n.deliveries, n.deleted) for n in run.notes))]
        print(f"{kills} kills, {time.monotonic() - began:.1f} s:",
              "{} puts, {} deliveries and updates and {} deletions were acknowledged".format(*counts))
        passed, failed = passed + (not problems), failed + bool(problems)
        if problems:
            print(f"{len(problems)} problems in {folder}:", *problems[:20], sep="\n  ")
        else:
            shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
