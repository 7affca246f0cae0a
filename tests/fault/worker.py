"""A function in a process of its own, over a connection to the parent: clients in threads would wait for each other."""

import multiprocessing

fork = multiprocessing.get_context("fork")


class Worker:
    def __init__(self, function, *arguments):
        self.here, there = fork.Pipe(duplex=False)
        self.process = fork.Process(target=lambda: there.send(function(*arguments)), daemon=True)
        self.process.start()
        there.close()

    def result(self):
        """What the function returned."""
        returned = self.here.recv()
        self.process.join()
        self.here.close()
        return returned
