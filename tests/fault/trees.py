"""Directories and files below one root, whichever service keeps them: what files.py and lake.py share."""

from actor import Actor

MOST_PATHS = 16
PATIENCE = 3  # levels of directories


def within(path, directory):
    return f"{path}/".startswith(f"{directory}/")


class Tree(Actor):
    """(path,) -> a directory or file; longer keys stand for other things."""

    root = ""  # the share or filesystem, which is there from `prepare` on

    def paths(self):
        return [key[0] for key in self.known if len(key) == 1]

    def files(self):
        return [path for path in self.paths() if "body" in self.known[path,]]

    def directories(self):
        return [path for path in self.paths() if "body" not in self.known[path,]]

    def is_directory(self, path):
        return (path,) in self.known and "body" not in self.known[path,]

    def new_path(self):
        above = self.rng.choice(["", *(path for path in self.directories() if path.count("/") < PATIENCE)])
        return f"{above}/n{self.rng.randrange(8)}".lstrip("/")

    def moved(self, source, path):
        """What a rename makes of the nodes; `_read` and all that stands with them goes along."""
        below = {key: node for key, node in self.known.items() if len(key) == 1 and within(key[0], source)}
        changes = {key: None for key in below}
        return changes | {(path + key[0][len(source):],): node for key, node in below.items()}

    def some(self, paths):
        return self.rng.choice(paths) if paths else None

    def rename_file(self):
        source, path = self.some(self.files()), self.new_path()
        if source and source != path and not self.is_directory(path):
            yield from self.rename(source, path)

    def rename_directory(self):
        source, path = self.some(self.directories()), self.new_path()
        if source and (path,) not in self.known and not within(path, source):
            yield from self.rename(source, path)


class Crate(Tree):
    """A directory of many files, renamed as a whole."""

    many = 60

    def crate(self):
        return next(path for path in self.directories() if "/" not in path)

    def step(self):
        return self.rename(self.crate(), f"crate{self.mark()}")


class Mover(Actor):
    """Several rename the same files from directory to directory, against each other: each stands in exactly one."""

    root = "moved"
    tokens = [f"token{number}" for number in range(6)]
    places = [f"place{number}" for number in range(3)]

    def step(self):
        token, source, path = self.rng.choice(self.tokens), *self.rng.sample(self.places, 2)
        answer = yield from self.ask({self.renamed, 404}, *self.renaming(f"{source}/{token}", f"{path}/{token}"), {})
        self.settle({}, answer.status == self.renamed)

    def read(self):
        if self.index == 0:
            at = []
            for place in self.places:
                at += yield from self.names(place)
            if sorted(at) != sorted(self.tokens):
                raise AssertionError(f"the files that are moved stand in the {len(self.places)} directories as {sorted(at)}")
        return {}
