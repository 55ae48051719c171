"""My work, restores, rotations and queues as their pages show them."""

from types import SimpleNamespace as Of

from api.web.change_sight import Line
from api.web.restoring import Holding
from operations.notice_models import MANNERS
from tests.api.samples.basics import APPROVER, HOSTILE, ago
from tests.api.samples.network import DEVICES, SNAPSHOTS
from tests.api.samples.upkeep import GLASSES
from tests.api.samples.work import CHANGES

_WAITING = Of(
    votes=(
        Of(change=CHANGES[0], stage="peer", given=1, needed=2, voice=Of(behalf=None)),
        Of(change=CHANGES[1], stage="authority", given=0, needed=1, voice=Of(behalf=APPROVER)),
    ),
    reviews=tuple(one.grant for one in GLASSES[:2]), own=tuple(CHANGES[:3]),
    exceptions=(Of(freeze_id=2, freeze=Of(name=f"year end {HOSTILE}"), change_id=15,
                   change=CHANGES[0], reason=f"Down {HOSTILE}", asked_by=APPROVER,
                   asked_at=ago(hours=1)),),
    drafts=(Of(name="describe", version=2, title=f"Describe {HOSTILE}", drafted_by=APPROVER,
               drafted_at=ago(days=1)),),
)  # fmt: skip
_NOTHING = Of(votes=(), reviews=(), own=(), exceptions=(), drafts=())


def _told(number, topic, state="sent"):
    return Of(
        id=number, topic=topic, title=f"C{number} {HOSTILE}", detail=f"Why {HOSTILE}",
        path=f"/changes/{number}", state=state, noted_at=ago(minutes=number),
    )  # fmt: skip


_NOTICES = [_told(9, "vote"), _told(8, "again"), _told(7, "over", "failed"), _told(6, "review")]
_WORK = {"manners": MANNERS, "paging": 0}
_TARGET = Of(
    lines=("interface Lo0", f" description {HOSTILE}"), rollback=("interface Lo0",), files=(),
    rollback_files=(Of(path="/etc/motd", content=f"{HOSTILE}\n"), Of(path="/x", content=None)),
)  # fmt: skip
_LINES = (
    Line(number=0, sign="−", path="interface Lo0", text=f"description {HOSTILE}", comments=()),  # noqa: RUF001 - as it is shown
    Line(number=1, sign="+", path="interface Lo0", text="description x", comments=()),
)  # fmt: skip
_WORKER = Of(name="far:1", host=f"far {HOSTILE}", version="1.0", started_at=ago(days=1),
             seen_at=ago(minutes=0))  # fmt: skip
_QUEUE = Of(id=3, name="site-a", unit=Of(code=f"berlin {HOSTILE}"), if_away="move",
            away_seconds=900, role_name="trimtab_x_site-a", created_at=ago(days=9))  # fmt: skip
_DEPTHS = [
    Of(name="changes", workers=(), waiting=0, running=0),
    Of(name="collect", workers=(_WORKER,), waiting=12, running=4),
    Of(name="default", workers=(), waiting=3, running=0),
]
_STANDING = [
    Of(queue=_QUEUE, workers=(_WORKER,), waiting=2, running=1),
    Of(queue=Of(**{**vars(_QUEUE), "id": 4, "if_away": "wait", "role_name": None}), workers=(),
       waiting=1, running=0),
]  # fmt: skip
_LEASES = [
    Of(id=5, change=Of(label=f"C12 {HOSTILE}"), change_id=12, worker=f"w1 {HOSTILE}",
       claimed_at=ago(minutes=2), lease_until=ago(minutes=-1), started_touching_at=None),
]  # fmt: skip
_JOBS = [
    Of(id=70, task="drift.scan", status="doing", attempts=0, worker=f"w1 {HOSTILE}",
       beat_at=ago(minutes=0), since_at=ago(minutes=3)),
    Of(id=71, task="changes.execute", status="todo", attempts=1, worker=None, beat_at=None,
       since_at=ago(hours=1)),
]  # fmt: skip
_GIVEN = Of(role="trimtab_x_site-a", address="postgresql://x:y@h/db", authority="-----BEGIN\n")

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "work": ("work.html", _WORK | {
        "waiting": _WAITING, "late": {4}, "masks": 2, "notices": _NOTICES, "manner": "each",
        "more": 6}),
    "work_none": ("work.html", _WORK | {
        "waiting": _NOTHING, "late": set(), "masks": 0, "notices": [], "manner": "daily",
        "more": 0}),
    "restore": ("restore.html", {
        "snapshot": SNAPSHOTS[0], "sections": f"ntp\n{HOSTILE}", "target": _TARGET,
        "lines": _LINES, "refused": ""}),
    "restore_refused": ("restore.html", {
        "snapshot": SNAPSHOTS[0], "sections": "", "target": None, "lines": (),
        "refused": f"It is in sync {HOSTILE}"}),
    "rotation": ("rotation_new.html", {
        "device": DEVICES[1], "typed": f"snmp {HOSTILE}", "place": "{secret}",
        "holding": [Holding(line=f" key {HOSTILE}", typed=f"a\n key {HOSTILE}")]}),
    "rotation_none": ("rotation_new.html", {
        "device": DEVICES[1], "typed": "", "place": "{secret}", "holding": []}),
    "rotation_open": ("rotation_new.html", {
        "device": None, "typed": "", "place": "{secret}", "holding": []}),
    "queues": ("queues.html", {
        "central": _DEPTHS, "standing": _STANDING, "leases": _LEASES, "units": ["ops"]}),
    "queues_none": ("queues.html", {
        "central": _DEPTHS, "standing": [], "leases": [], "units": []}),
    "queue": ("queue.html", {
        "queue_name": "site-a", "queue": _QUEUE, "given": None, "depth": _STANDING[0],
        "jobs": _JOBS}),
    "queue_given": ("queue.html", {
        "queue_name": "site-a", "queue": _QUEUE, "given": _GIVEN, "depth": _STANDING[1],
        "jobs": []}),
    "queue_central": ("queue.html", {
        "queue_name": "collect", "queue": None, "given": None, "depth": _DEPTHS[1], "jobs": _JOBS}),
}  # fmt: skip
