"""A pod of the web application: it reads its configuration when it starts, and follows what is done to it."""

import json
import threading

PATHS = ("app.json", "features.json", "messages/de.json", "messages/en.json")
INTERVAL = 0.1  # seconds; a minute would do


class Pod:
    """Runs from `start` to `drain`. Threads: its own, and any that looks at `seen`, `reads` or calls `page`."""

    def __init__(self, share):
        self.share = share
        self.seen = {path: [] for path in PATHS}  # every text that it has found there, in order
        self.reads = 0
        self.problem = None
        self._etags = {}
        self._draining = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def refresh(self):
        """Reads the files that are others than they were."""
        for path in PATHS:
            file = self.share.get_file_client(path)
            if file.get_file_properties().etag == self._etags.get(path):
                continue
            found = file.download_file(encoding="utf-8")
            text = found.readall()
            json.loads(text)
            self._etags[path] = found.properties.etag
            self.seen[path].append(text)
            self.reads += 1

    def start(self):
        """The first time in the caller's thread: what cannot read its configuration does not become ready."""
        self.refresh()
        self._thread.start()
        return self

    def drain(self):
        self._draining.set()
        self._thread.join()
        if self.problem:
            raise self.problem

    def _run(self):
        try:
            while not self._draining.wait(INTERVAL):
                self.refresh()
        except Exception as problem:  # told by `drain`
            self.problem = problem

    def _newest(self, path):
        return json.loads(self.seen[path][-1])

    @property
    def release(self):
        return min(self._newest(path)["release"] for path in PATHS)

    def page(self, language):
        assets = self._newest("app.json")["assets"]
        title = self._newest(f"messages/{language}.json")["title"]
        return (
            f'<!doctype html><link rel="stylesheet" href="{assets["site.css"]}">'
            f'<img src="{assets["logo.svg"]}"><h1>{title}</h1><script src="{assets["app.js"]}"></script>'
        )
