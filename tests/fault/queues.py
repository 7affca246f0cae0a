"""Messages that are put, updated, hidden and deleted. Who takes them is in consumers.py."""

import re
from urllib.parse import quote

from actor import Actor

MOST = 25  # visible messages of a queue, of which 32 can be peeked
TEXT_LENGTHS = [0, 10, 10, 1000, 40_000]
HOURS = 5 * 3600


class Messages(Actor):
    """(queue,) -> a queue, (queue, text) -> a message. A queue's name is never used again."""

    service = "queue"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.made = 0

    def step(self):
        queue = next((key[0] for key in self.known if len(key) == 1), None)
        if not queue:
            return self.create()
        messages = [key for key in self.known if len(key) == 2]
        chance = self.rng.random()
        if chance < 0.01 or any("_receipt" not in self.known[key] for key in messages):
            return self.drop(queue)  # also where a change had no answer: nobody was told the receipt
        if chance < 0.03:
            return self.clear(queue)
        if not messages or (len(messages) < MOST and chance < 0.5):
            return self.put(queue)
        key = self.rng.choice(messages)
        return self.rng.choice([self.delete, self.update, self.update])(key)

    def create(self):
        self.made += 1
        name, mark = f"q{self.index}-{self.made}", self.mark()
        yield from self.write({(name,): {"mark": mark}}, 201, "PUT", name, "", b"", {"x-ms-meta-mark": mark})

    def drop(self, queue):
        yield from self.write({key: None for key in self.known}, 204, "DELETE", queue)

    def clear(self, queue):
        yield from self.write({key: None for key in self.known if len(key) == 2}, 204, "DELETE", f"{queue}/messages")

    def text(self):
        return self.mark() + "." + "x" * self.rng.choice(TEXT_LENGTHS)

    @staticmethod
    def message(text):
        return f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()

    def put(self, queue):
        text = self.text()
        changes = {(queue, text): {"hidden": False}}
        answer = yield from self.ask({201}, "POST", f"{queue}/messages", "messagettl=-1", self.message(text), {}, changes)
        body = answer.body.decode()
        for name, element in (("id", "MessageId"), ("_receipt", "PopReceipt")):
            changes[queue, text][name] = re.search(f"<{element}>(.*?)</{element}>", body)[1]
        self.settle(changes)

    def where(self, key):
        node = self.known[key]
        return f"{key[0]}/messages/{node['id']}", f"popreceipt={quote(node['_receipt'])}"

    def delete(self, key):
        yield from self.write({key: None}, 204, "DELETE", *self.where(key))

    def update(self, key):
        """Another text, or none, and seen again or not."""
        path, receipt = self.where(key)
        hidden = not self.known[key]["hidden"] and self.rng.random() < 0.3  # else which text it has could not be told
        after = (key[0], self.text()) if self.rng.random() < 0.7 else key
        changes = {key: None, after: {"id": self.known[key]["id"], "hidden": hidden}}
        body = self.message(after[1]) if after != key else b""
        answer = yield from self.ask({204}, "PUT", path, f"{receipt}&visibilitytimeout={HOURS if hidden else 0}", body, {}, changes)
        changes[after]["_receipt"] = answer.headers["x-ms-popreceipt"]
        self.settle(changes)

    def read(self):
        listed = yield from self.ask({200}, "GET", "", f"comp=list&include=metadata&prefix=q{self.index}-")
        found = {(name,): {"mark": mark} for name, mark in re.findall("<Name>(.*?)</Name><Metadata><mark>(.*?)</mark>", listed.body.decode())}
        for (queue,) in list(found):
            counted = yield from self.ask({200}, "GET", queue, "comp=metadata")
            peeked = yield from self.ask({200}, "GET", f"{queue}/messages", "peekonly=true&numofmessages=32")
            for text in re.findall("<QueueMessage>.*?</QueueMessage>", peeked.body.decode()):
                key = (queue, re.search("<MessageText>(.*?)</MessageText>", text)[1])
                if key in found:
                    raise AssertionError(f"{key} is shown twice")
                found[key] = {"id": re.search("<MessageId>(.*?)</MessageId>", text)[1], "hidden": False}
            self.add_hidden(queue, int(counted.headers["x-ms-approximate-messages-count"]), found)
        return found

    def add_hidden(self, queue, count, found):
        """What is hidden is not shown: it is counted."""
        shown = {node["id"] for key, node in found.items() if len(key) == 2 and key[0] == queue}
        after = self.open or {}
        hidden = {key: node for key, node in self.known.items() if key[0] == queue and node.get("hidden") and node["id"] not in shown}
        for key, node in after.items():
            # What the request without an answer hid: it was seen before and is not any more, or it is one that is gone.
            if node and node.get("hidden") and node["id"] not in shown and len(shown) + len(hidden) < count:
                hidden[key] = node
        if len(shown) + len(hidden) > count:
            hidden = {key: node for key, node in hidden.items() if after.get(key, node)}
        if len(shown) + len(hidden) != count:
            raise AssertionError(f"{queue} has {count} messages: {len(shown)} are shown, {len(hidden)} should be hidden")
        found |= {key: {"id": node["id"], "hidden": True} for key, node in hidden.items()}

    def rested(self):
        for node in self.known.values():
            if "hidden" in node:
                node["hidden"] = False


ACTORS = [(Messages, 3)]
