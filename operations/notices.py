"""Notices to single persons: noted once each, sent together by a job. Decides not who is told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Select, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from core.context import Context
from core.errors import InvalidInput, NotPermitted
from core.queue import enqueue
from operations.notice_models import MANNERS, Manner, Notice, NoticeLook, NoticePreference
from operations.notifications import NotificationFailed, Recipient, send_to
from organization.models import Person

TASK = "operations.deliver"
ATTEMPTS = 5
KEPT_DAYS = 90
LISTED = 50  # notices of one message; the page has the rest
Topic = Literal["vote", "again", "over", "review", "answer"]
WORDS: Mapping[str, tuple[str, str]] = {
    "vote": ("waits for your vote", "wait for your vote"),
    "again": ("is proposed again", "are proposed again"),
    "over": ("has an outcome", "have an outcome"),
    "review": ("is to be reviewed", "are to be reviewed"),
    "answer": ("was asked", "were asked"),
}
"""By topic what is said of one, and of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a person is to be told; never twice by the same mark."""

    person_id: int
    mark: str
    topic: Topic
    title: str
    detail: str
    path: str


def put(ctx: Context, notes: Sequence[Note]) -> list[Notice]:
    """Note what was not noted before; the new ones. The caller records who is told of what."""
    if not notes:
        return []
    off = set(
        ctx.session.scalars(
            select(NoticePreference.person_id).where(NoticePreference.manner == "off")
        )
    )
    rows = [
        {
            "person_id": one.person_id, "mark": one.mark, "topic": one.topic,
            "title": " ".join(one.title.split()), "detail": one.detail, "path": one.path,
            "state": "unsent" if one.person_id in off else "waiting",
            "attempts": 0, "problem": "", "noted_at": ctx.now(), "next_at": ctx.now(),
        }
        for one in notes
    ]  # fmt: skip
    made = insert(Notice).values(rows).on_conflict_do_nothing(index_elements=["person_id", "mark"])
    return list(ctx.session.scalars(made.returning(Notice)))


def any_new(ctx: Context, notes: Sequence[Note]) -> bool:
    """Whether `put` would note any of these, as it was not noted before."""
    wanted = {(one.person_id, one.mark) for one in notes}
    noted = select(Notice.person_id, Notice.mark).where(
        tuple_(Notice.person_id, Notice.mark).in_(wanted)
    )
    return len(ctx.session.execute(noted).all()) < len(wanted)


def unlooked(ctx: Context, situations: Mapping[str, str], *, since: timedelta) -> tuple[str, ...]:
    """The subjects that stand otherwise than when looked at, or not for so long; in order."""
    rows = select(NoticeLook).where(NoticeLook.subject.in_(situations))
    known = {row.subject: row for row in ctx.session.scalars(rows)}
    old = ctx.now() - since
    return tuple(
        subject for subject, situation in situations.items()
        if subject not in known
        or known[subject].situation != situation
        or known[subject].looked_at <= old
    )  # fmt: skip


def looked(ctx: Context, subject: str, situation: str) -> None:
    """Remember that a subject was looked at while it stood like this."""
    row = {"subject": subject, "situation": situation, "looked_at": ctx.now()}
    kept = {name: value for name, value in row.items() if name != "subject"}
    made = insert(NoticeLook).values(**row)
    ctx.session.execute(made.on_conflict_do_update(index_elements=["subject"], set_=kept))


def call(ctx: Context) -> int | None:
    """Let a worker send what is due; None where nothing is, or it was called already."""
    if ctx.session.scalar(_due(ctx).limit(1)) is None:
        return None
    return enqueue(ctx, TASK, queueing_lock=TASK, lock=TASK)


def deliver(ctx: Context) -> Mapping[str, int]:
    """Send each person what is due as one message; how many persons by what became of it.

    What is taken is committed before it is sent: who dies in between has it sent never, not
    twice. A message that fails is tried again later, and in the end left to the page.
    """
    told = Counter[str]()
    for person_id in ctx.session.scalars(_due(ctx).distinct()).all():
        taken = _take(ctx, person_id)
        ctx.commit()
        if taken:
            person = ctx.get(Person, person_id)
            told[_send(ctx, person, taken)] += 1
            ctx.commit()
    return told


def list_mine(ctx: Context, *, after: int | None = None, limit: int = 50) -> list[Notice]:
    """What the acting person was told, newest first; `after` is the last one already seen."""
    query = select(Notice).where(Notice.person_id == _me(ctx))
    if after is not None:
        query = query.where(Notice.id < after)
    return list(ctx.session.scalars(query.order_by(Notice.id.desc()).limit(limit)))


def manner(ctx: Context) -> Manner:
    """How the acting person is told: off (on the page alone), each, or once a day."""
    row = ctx.session.get(NoticePreference, _me(ctx))
    return "each" if row is None else _known(row.manner)


def prefer(ctx: Context, told: str) -> Manner:
    """Choose how oneself is told. What waits already is sent in the new manner."""
    wanted, me = _known(told), _me(ctx)
    row = ctx.session.get(NoticePreference, me)
    if row is None:
        row = ctx.add(NoticePreference(person_id=me, manner=wanted))
    row.manner = wanted
    if wanted == "off":
        mine = update(Notice).where(Notice.person_id == me, Notice.state == "waiting")
        ctx.session.execute(mine.values(state="unsent"))
    ctx.record("notices.preferred", row, manner=wanted)
    return wanted


def clear(ctx: Context) -> int:
    """Delete what was noted long ago; how many."""
    old = ctx.now() - timedelta(days=KEPT_DAYS)
    ctx.session.execute(delete(NoticeLook).where(NoticeLook.looked_at < old))
    gone = delete(Notice).where(Notice.noted_at < old).returning(Notice.id)
    return len(ctx.session.scalars(gone).all())


def _due(ctx: Context) -> Select[int]:
    """The persons of whom something waits that is to be sent now."""
    choice = func.coalesce(NoticePreference.manner, "each")
    return (
        select(Notice.person_id)
        .join(NoticePreference, NoticePreference.person_id == Notice.person_id, isouter=True)
        .where(
            Notice.state == "waiting", Notice.next_at <= ctx.now(),
            (choice == "each") | (Notice.attempts > 0) | (Notice.noted_at < _daily(ctx)),
        )
    )  # fmt: skip


def _daily(ctx: Context) -> datetime:
    """When the last notice of those who want one a day was due."""
    hour = (
        ctx.now()
        .astimezone(UTC)
        .replace(hour=ctx.settings.notify_daily_hour, minute=0, second=0, microsecond=0)
    )
    return hour if hour <= ctx.now() else hour - timedelta(days=1)


def _take(ctx: Context, person_id: int) -> list[Notice]:
    waiting = update(Notice).where(
        Notice.person_id == person_id, Notice.state == "waiting", Notice.next_at <= ctx.now()
    )
    rows = ctx.session.scalars(waiting.values(state="taken").returning(Notice))
    return sorted(rows, key=lambda one: one.id)


def _send(ctx: Context, person: Person, taken: Sequence[Notice]) -> str:
    """Send one message and write down what became of it: sent, unsent, waiting or failed."""
    to = Recipient(username=person.username, name=person.name, email=person.email)
    title, body = words(taken, public_url=ctx.settings.public_url)
    try:
        reached = send_to(ctx, to, title=title, body=body, severity="info")
    except NotificationFailed as error:
        return _failed(ctx, person, taken, error.message)
    for one in taken:
        one.state, one.sent_at = ("sent", ctx.now()) if reached else ("unsent", None)
    if reached:
        ctx.record("notices.sent", person, notices=[one.mark for one in taken])
    return "sent" if reached else "unsent"


def _failed(ctx: Context, person: Person, taken: Sequence[Notice], problem: str) -> str:
    for one in taken:
        one.attempts, one.problem = one.attempts + 1, problem
        one.next_at = ctx.now() + timedelta(minutes=2**one.attempts)
        one.state = "failed" if one.attempts >= ATTEMPTS else "waiting"
    ctx.record("notices.not_sent", person, notices=[one.mark for one in taken], problem=problem)
    return taken[0].state


def words(taken: Sequence[Notice], *, public_url: str | None) -> tuple[str, str]:
    """Title and body of the one message about all of these."""
    if len(taken) == 1:
        [one] = taken
        return f"{one.title} {WORDS[one.topic][0]}", _paragraph(one, public_url)
    counts = Counter(one.topic for one in taken)
    title = ", ".join(f"{many} {WORDS[name][many > 1]}" for name, many in counts.items())
    shown = [f"{one.title} {WORDS[one.topic][0]}\n{_paragraph(one, public_url)}".strip()
             for one in taken[:LISTED]]  # fmt: skip
    if len(taken) > LISTED:
        shown.append(f"and {len(taken) - LISTED} more\n{_link(public_url, '/work')}".strip())
    return title, "\n\n".join(shown)


def _paragraph(one: Notice, public_url: str | None) -> str:
    return f"{one.detail}\n{_link(public_url, one.path)}".strip()


def _link(public_url: str | None, path: str) -> str:
    return public_url.rstrip("/") + path if public_url else ""


def _me(ctx: Context) -> int:
    if ctx.person.person_id is None:
        raise NotPermitted("The platform is told nothing; persons are.")
    return ctx.person.person_id


def _known(told: str) -> Manner:
    for one in MANNERS:
        if one == told:
            return one
    raise InvalidInput(f"One is told {', '.join(MANNERS)}; not {told!r}.", field="manner")
