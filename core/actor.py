"""Who acts, and from where. Plain values; no tables."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting person, or the platform itself in a scheduled job.

    `person_id` is None for the platform; then `granted` holds the few permissions of that job.
    A person's permissions always come from posts.
    """

    name: str
    person_id: int | None = None
    granted: frozenset[str] = frozenset()

    @property
    def kind(self) -> Literal["person", "platform"]:
        return "platform" if self.person_id is None else "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Through which door an action came."""

    door: Literal["cli", "rest", "web", "job"]
    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFor:
    """The post, with its unit, that gave a person the permission to act."""

    permission: str
    post_id: int
    post: str
    unit_id: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is being carried out: a change, and its run where one is under way."""

    change_id: int | None = None
    execution_id: int | None = None


NO_WORK = Work()
