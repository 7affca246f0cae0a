"""Clients of one server, all driven by one thread.

What a client does is a generator that yields requests and is sent the answers. All that can go on is sent in one burst, so
that the server has much to do at once, and is killed while it has.
"""

import selectors
import socket
import traceback
from typing import NamedTuple

from server import VERSION, Gone, account_sas

PATIENCE = 60  # seconds without any answer


class Request(NamedTuple):
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: dict = {}
    changes: dict | None = None  # what is so when it is done, of a request that changes something


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes


class Line:
    """A connection for one account; one request at a time."""

    def __init__(self, port, account):
        self.path, self.sas = f"/{account}/", account_sas(account)
        try:
            self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        except OSError as problem:
            raise Gone from problem
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received, self.begins, self.ends = bytearray(), 0, 0

    def send(self, request):
        query = f"{request.query}&{self.sas}" if request.query else self.sas
        lines = [f"{request.method} {self.path}{request.path}?{query} HTTP/1.1", "Host: 127.0.0.1", f"x-ms-version: {VERSION}",
                 f"Content-Length: {len(request.body)}", *(f"{name}: {value}" for name, value in request.headers.items()), "", ""]
        try:
            self.socket.sendall("\r\n".join(lines).encode() + request.body)
        except OSError as problem:
            raise Gone from problem

    def receive(self):
        """The answer, or None if it is not whole yet."""
        try:
            piece = self.socket.recv(1 << 20)
        except OSError as problem:
            raise Gone from problem
        if not piece:
            raise Gone
        self.received += piece
        if not self.ends:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return None
            first, *lines = self.received[:end].decode("latin-1").split("\r\n")
            self.status = int(first.split(" ", 2)[1])
            self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            self.begins, self.ends = end + 4, end + 4 + int(self.headers.get("content-length", 0))
        if len(self.received) < self.ends:
            return None
        answer = Answer(self.status, self.headers, bytes(self.received[self.begins:self.ends]))
        self.received, self.ends = bytearray(), 0
        return answer


class Loop:
    """The lines of one life. `problems` are what clients met that should not be."""

    def __init__(self, ports):
        self.ports, self.lines, self.problems, self.gone = ports, {}, [], False

    def run(self, work):
        """Runs generators, by actor, until each has ended or its line is gone. Returns what those returned that ended."""
        results, waiting, sends = {}, dict(work), []
        with selectors.DefaultSelector() as selector:
            for actor in work:
                try:
                    if actor not in self.lines:
                        self.lines[actor] = Line(self.ports[actor.service], actor.account)
                    selector.register(self.lines[actor].socket, selectors.EVENT_READ, actor)
                    sends.append((actor, None))
                except Gone:
                    self.gone = True
                    del waiting[actor]
            while waiting:
                for actor, answer in sends:
                    if not self.go_on(actor, waiting[actor], answer, results):
                        del waiting[actor]
                        selector.unregister(self.lines[actor].socket)
                if not waiting:
                    break
                ready = selector.select(PATIENCE)
                if not ready:
                    raise AssertionError(f"no answer for {PATIENCE} s to {[actor.asked for actor in waiting]}")
                sends = []
                for key, _ in ready:
                    try:
                        if answer := self.lines[key.data].receive():
                            sends.append((key.data, answer))
                    except Gone:
                        self.gone = True
                        del waiting[key.data]
                        selector.unregister(key.fileobj)
        return results

    def go_on(self, actor, generator, answer, results):
        """Hands over the answer and sends the next request; false at the end."""
        try:
            request = generator.send(answer)
            actor.asked = request[:3]
            if request.changes is not None:
                actor.open, actor.opened = request.changes, request[:3]
            self.lines[actor].send(request)
            return True
        except StopIteration as end:
            results[actor] = end.value
        except Gone:
            self.gone = True
        except Exception:
            self.problems.append(f"{actor}: {traceback.format_exc()}")
        return False

    def close(self):
        for line in self.lines.values():
            line.socket.close()
