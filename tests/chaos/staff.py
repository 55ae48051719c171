"""The people: they request, approve, resume and look at what was interrupted. Kills nothing.

A database that is away costs them a moment; what they asked for is looked up before it is asked
for again, as somebody does whose page never came back.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from changes import approvals, oversight, requests, revisions
from changes.models import ChangeRequest
from changes.requests import Wanted
from changes.running import observing
from changes.states import FINAL, State, Target
from core.errors import DatabaseUnavailable, TrimtabError
from drift.observation import collect_device
from tests.chaos import markers
from tests.chaos.installation import Installation

FOUND = {"intended": Target.DONE, "pre_state": Target.ROLLED_BACK, "in_between": Target.FAILED}
RENEWALS = 5


@dataclass
class Asked:
    """A change as who asked for it knows it; `key` once the database said that it has it."""

    number: int
    devices: tuple[str, ...]
    key: int | None = None
    renewals: int = 0

    @property
    def title(self) -> str:
        return f"chaos {self.number}"


@dataclass
class Staff:
    """Everybody's work, step by step; `live` are the changes that are under way."""

    place: Installation
    draw: random.Random
    most_devices: int
    guarded: Callable[[], set[str]]  # devices that will go back by themselves
    asked: list[Asked] = field(default_factory=list)
    live: dict[int, Asked] = field(default_factory=dict)
    counted: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    unsure: Asked | None = None  # a request of which nobody knows whether it was kept

    @property
    def idle(self) -> bool:
        return not self.live and self.unsure is None

    def step(self, *, more: Callable[[], bool]) -> None:
        """Tend what is under way; as long as there shall be more, request for all free devices."""
        for key, state in (self._safely(self._states) or {}).items():
            self._safely(lambda one=self.live[key], now=state: self._tend(one, State(now)))
        while more() and self._safely(self._request):
            pass
        if self.unsure is not None:
            self._safely(self._look_up)

    def _safely(self, act: Callable[[], object]) -> object:
        """What the act answers; None where the database was away, or the platform refused."""
        try:
            return act()
        except (DBAPIError, DatabaseUnavailable):
            self.counted["database away"] += 1
        except TrimtabError as error:
            self.refused[error.code] += 1
        return None

    def _request(self) -> bool:
        if self.unsure is not None:
            self._look_up()
        busy = {name for one in self.live.values() for name in one.devices}
        free = sorted(set(self.place.devices) - busy)
        if not free:
            return False
        many = self.draw.choice([1, 1, 1, self.most_devices])
        chosen = tuple(self.draw.sample(free, min(many, len(free))))
        self.unsure = Asked(number=len(self.asked) + 1, devices=chosen)
        self.asked.append(self.unsure)
        typed = markers.lines(self.unsure.number)
        with self.place.acting("engineer") as ctx:
            change = requests.request_lines(
                ctx, {self.place.devices[name]: typed for name in chosen},
                Wanted(title=self.unsure.title, reason="chaos", checks=()),
            )  # fmt: skip
        self._known(change.id)
        return True

    def _look_up(self) -> None:
        """Whether the request whose answer never came was kept; else it never was."""
        query = select(ChangeRequest.id).where(ChangeRequest.title == self.unsure.title)
        with self.place.acting("engineer") as ctx:
            key = ctx.session.scalar(query)
        if key is None:
            self.asked.remove(self.unsure)
            self.unsure = None
        else:
            self._known(key)

    def _known(self, key: int) -> None:
        self.unsure.key = key
        self.live[key] = self.unsure
        self.unsure = None

    def _states(self) -> dict[int, str]:
        query = select(ChangeRequest.id, ChangeRequest.state)
        with self.place.acting("engineer") as ctx:
            rows = ctx.session.execute(query.where(ChangeRequest.id.in_(self.live)))
            return {row.id: row.state for row in rows}

    def _tend(self, asked: Asked, state: State) -> None:
        if state in FINAL:
            del self.live[asked.key]
        elif state is State.PROPOSED:
            self._approve(asked)
        elif state is State.PAUSED:
            self._steer(asked)
        elif state is State.INTERRUPTED:
            self._decide(asked)

    def _approve(self, asked: Asked) -> None:
        """Approve it; one whose approvals became void is planned anew first, or given up."""
        with self.place.acting("engineer") as ctx:
            change = ctx.get(ChangeRequest, asked.key)
            stale = any(vote.voided_at is not None for vote in change.approvals)
        if stale and asked.renewals == RENEWALS:
            with self.place.acting("engineer") as ctx:
                requests.cancel(ctx, asked.key, note="planned anew too often")
            self.counted["given up"] += 1
            return
        if stale:
            self._renew(asked)
        for name in ("approver", "second"):
            with self.place.acting(name) as ctx:
                change = ctx.get(ChangeRequest, asked.key)
                voted = {
                    vote.person_id for vote in change.approvals if vote.digest == change.digest
                }
                if change.state == State.PROPOSED and ctx.person.person_id not in voted:
                    approvals.approve(ctx, asked.key, digest=change.digest, note="right")

    def _renew(self, asked: Asked) -> None:
        asked.renewals += 1
        self.counted["planned anew"] += 1
        for name in asked.devices:
            with self.place.acting("engineer") as ctx:
                collect_device(ctx, self.place.devices[name])
        with self.place.acting("engineer") as ctx:
            revisions.renew(ctx, asked.key)

    def _steer(self, asked: Asked) -> None:
        """A paused change goes on, or back."""
        if self.counted[f"steered {asked.number}"]:
            return
        act = self.draw.choice([oversight.resume, oversight.roll_back])
        with self.place.acting("engineer") as ctx:
            act(ctx, asked.key, note="looked at it")
        self.counted[act.__name__] += 1
        self.counted[f"steered {asked.number}"] += 1

    def _decide(self, asked: Asked) -> None:
        """Look at the interrupted devices and say what each is; one that cannot be seen waits."""
        if self.guarded() & set(asked.devices):
            return  # it will be another one soon
        with self.place.acting("engineer") as ctx:
            seen = observing.observe(ctx, asked.key)
        self.counted["interrupted looked at"] += 1
        for one in seen:
            if one.standing in FOUND:
                with self.place.acting("engineer") as ctx:
                    oversight.resolve_device(
                        ctx, asked.key, one.device_id, state=FOUND[one.standing], note=one.detail
                    )
                self.counted[f"found {one.standing}"] += 1
