"""What differs between two Junos configurations as commands of its configuration mode. Pure.

One commit takes all commands together; they are in the order in which the device takes them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from drift.engine.align import common
from drift.engine.places import SECRET
from drift.engine.statements import WORD, Statement, read
from drift.engine.terms import Terms
from drift.engine.texts import blocks
from drift.platforms import Platform

FEW = 50  # searches of the whole text that cost less than putting it in order
WORDS = ("set", "deactivate", "protect")


@dataclass(frozen=True)
class Every:
    """All statements of one side, as its text in set style; `marked` if any may be protected."""

    text: str
    marked: bool

    @cached_property
    def lines(self) -> list[str]:
        """Each written one way, in alphabetical order."""
        lines = sorted(self.text.split("\n"))
        indented = bisect_left(lines, " ") < bisect_left(lines, "!")
        if not indented and "  " not in self.text and "\t" not in self.text:
            return lines  # written so already
        return sorted(one.text for one in read(blocks(self.text)))

    def shows(self, statement: str) -> bool:
        """Whether the statement or something below it is there as written, by a quick look."""
        return self.place(statement, 0) >= 0

    def place(self, statement: str, start: int) -> int:
        """Where it is shown, looking from a place in the text on; -1 where it is not."""
        at = self.text.find(f"\n{statement}", start)
        while at >= 0:
            end = at + len(statement) + 1
            if self.text[end] in " \n":  # a line end closes the text
                return at
            at = self.text.find(f"\n{statement}", end)
        return -1

    def holds(self, statement: str) -> bool:
        """Whether the statement is there, or something below it, which says the same."""
        at = bisect_left(self.lines, statement)
        if at < len(self.lines) and self.lines[at] == statement:
            return True
        at = bisect_left(self.lines, f"{statement} ")
        return at < len(self.lines) and self.lines[at].startswith(f"{statement} ")

    def protected(self) -> list[str]:
        """The paths that take no change."""
        if not self.marked:
            return []
        found = (one.partition(" ") for one in self.lines)
        return [path for word, _, path in found if word == "protect"]


@dataclass(slots=True)
class Look:
    """Looks for statements from where the last one was found: they come in the order shown."""

    every: Every
    at: int = 0
    misses: int = 0

    @property
    def pays(self) -> bool:
        """Whether looking through the whole text still costs less than putting it in order."""
        return self.misses < FEW

    def shows(self, statement: str) -> bool:
        """As `Every.shows`."""
        found = self.every.place(statement, self.at)
        if found < 0:
            found = self.every.place(statement, 0)
        if found < 0:
            self.misses += 1
        else:
            self.at = found
        return found >= 0


@dataclass(frozen=True, slots=True)
class Side:
    """Paths that one side has only, by their word; all that it has; and where its terms stand."""

    only: Mapping[str, Sequence[str]]
    every: Every
    held: Terms


def by_word(only: Sequence[Statement]) -> dict[str, list[str]]:
    """The paths of statements by the word before them, where there is a command for it."""
    found: dict[str, list[str]] = {word: [] for word in WORDS}
    for one in only:
        if known(one):
            word, _, path = one.text.partition(" ")
            found[word].append(path)
    return found


def known(statement: Statement) -> bool:
    """Whether there is a command for the statement."""
    return statement.text.split(" ", 1)[0] in WORDS and SECRET not in statement.text


def commands(now: Side, then: Side, platform: Platform) -> tuple[str, ...]:
    """Commands that make one side into the other."""
    gone = dict.fromkeys(_deletions(now, then, platform))
    changing = [*gone, *then.only["set"]]
    guards = [path for path in now.every.protected() if _touches(path, changing)]
    kept = [path for path in guards if then.every.holds(f"protect {path}")]
    lifted = dict.fromkeys((*guards, *now.only["protect"]))
    return (
        *(f"unprotect {path}" for path in lifted),
        *(f"delete {path}" for path in gone),
        *(f"activate {path}" for path in now.only["deactivate"] if then.every.holds(f"set {path}")),
        *(f"set {path}" for path in then.only["set"]),
        *_inserts(now.held, then.held),
        *(f"deactivate {path}" for path in then.only["deactivate"]),
        *(f"protect {path}" for path in dict.fromkeys((*kept, *then.only["protect"]))),
    )


def _touches(path: str, changing: Sequence[str]) -> bool:
    return any(f"{one} ".startswith(f"{path} ") or f"{path} ".startswith(f"{one} ")
               for one in changing)  # fmt: skip


def _deletions(now: Side, then: Side, platform: Platform) -> Iterator[str]:
    """What to delete: a named thing as a whole where nothing of it is intended.

    Otherwise the device keeps it without content.
    """
    coming = sorted(then.only["set"])

    def comes(path: str) -> bool:
        """Whether something comes below the path."""
        at = bisect_left(coming, f"{path} ")
        return at < len(coming) and coming[at].startswith(f"{path} ")

    def shortest(path: str, held: Callable[[str], bool]) -> str:
        shorter = path
        for above in _above(path):
            if comes(above):
                break
            if platform.paths.entries.fullmatch(above):
                if held(f"set {above}"):
                    break
                shorter = above
        return shorter

    look = Look(then.every)
    for path in now.only["set"]:
        if not comes(path):
            alone = look.pays and shortest(path, look.shows) == path
            yield path if alone else shortest(path, then.every.holds)


def _above(path: str) -> Iterator[str]:
    """The paths that the path is below, the longest first."""
    words = WORD.findall(path)
    for size in range(len(words) - 1, 0, -1):
        yield " ".join(words[:size])


def _inserts(before: Terms, after: Terms) -> Iterator[str]:
    """Put terms into their intended order, from the last one on; what stands right is left."""
    for holder, wanted in after.items():
        held = before.get(holder, {})
        stands = [name for name in held if name in wanted]
        stands += [name for name in wanted if name not in held]
        names = list(wanted)
        kept = {i for i, _ in common(names, stands)}
        for index in range(len(names) - 1, -1, -1):
            if index in kept:
                continue
            last = index + 1 == len(names)
            where, other = ("after", stands[-1]) if last else ("before", names[index + 1])
            yield f"insert {holder} term {names[index]} {where} term {other}"
