"""The log: lists, one record with its proof in every standing, heads, packs, saved questions."""

import json
from dataclasses import replace
from types import SimpleNamespace as Of

from api.web.audit_list import Filters
from api.web.proof_picture import Laid, Picture, Rung
from api.web.record_sight import sight
from changes.questions.sight import PARTLY
from changes.questions.table import QUESTIONS
from core.evidence.breaks import MEANINGS
from core.evidence.standing import Laid as LaidThere
from core.evidence.standing import Standing, Verified
from core.record_search import Found
from tests.api.samples.basics import ENGINEER, GONE, HOSTILE, NOW, ago, digest
from tests.api.samples.govern import RECORDS, SCHEDULES

SIZE = 1_048_575
_HEAD = Of(
    size=SIZE, previous=SIZE - 900, root=bytes.fromhex(digest("root")), sealed_at=ago(minutes=2),
    key_id=digest("key"),
)  # fmt: skip
_KEY = Of(
    id=digest("key"), number=2, public_key=bytes(32), made_at=ago(days=9), from_size=SIZE - 900
)
_RECEIPT = {"what": f"trimtab witness {HOSTILE}", "size": SIZE, "signature": digest("s")}
_RUNGS = tuple(
    Rung(
        number=number, side="left" if number % 3 else "right", sibling=digest(f"s{number}"),
        beside=f"{2**number:,} records, positions 0 to {2**number - 1:,}",
        joined=digest(f"j{number}"), covers=f"{2**number:,} records",
    )
    for number in range(20, 0, -1)
)  # fmt: skip
_DRAWN = {
    "log": digest("log"), "head": _HEAD, "key": _KEY, "position": 123_456, "share": 11.77,
    "leaf": digest("leaf"), "rungs": _RUNGS, "root": digest("root"), "root_fits": True,
    "signed": True, "chained": True,
    "laid": (Laid(target=f"file:/mnt/worm {HOSTILE}", at=ago(minutes=1), size=SIZE, share=100.0,
                  receipt=_RECEIPT),),
}  # fmt: skip
_FIRST = json.dumps(
    {
        "format": 1, "record_id": "0d1f", "recorded_at": NOW.isoformat(),
        "action": "change.approved",
        "actor": {"kind": "person", "id": 7, "name": HOSTILE},
        "origin": {"door": "web", "address": "10.0.0.9", "request_id": None},
        "subject": {"type": "change_request", "id": "12", "label": f"C12 {HOSTILE}"},
        "facts": {"digest": digest("x"), "note": HOSTILE, "devices": ["core-02"], "none": None},
    }
).encode()  # fmt: skip
_SECOND = json.dumps(
    json.loads(_FIRST)
    | {
        "format": 2, "actor": {"kind": "person", "id": 7, "identity": digest("i"), "name": None},
        "acting_for": {"permission": "change.approve", "post": {"id": 3, "title": HOSTILE},
                       "unit": {"id": 1, "code": "ops"}},
        "state": {"before": digest("b"), "after": None}, "change": 12, "execution": 5,
    }
).encode()  # fmt: skip
_ROW = Of(id=42, digest=bytes(32))


def _record(canonical=_SECOND, **told):
    return "audit_record.html", {
        "record": 42, "row": _ROW, "told": sight(canonical, actor="tomas"), "drawn": None,
        "unsealed": False, "late": False, "waited": 3.0, "broken": "", "as_written": True,
    } | told  # fmt: skip


_VERIFIED = {
    "ok": True, "records": 900, "size": 880, "since": 0, "unsealed": 0, "root": bytes(32),
    "broken": (),
}  # fmt: skip
_ANCHOR = Of(size=SIZE, anchored_at=ago(minutes=1), receipt=json.dumps(_RECEIPT))
_STANDS = Standing(
    log=digest("log"),
    keys=(_KEY,),
    head=_HEAD,
    waiting=3,
    since=ago(minutes=9),
    laid=(LaidThere(target=f"syslog:{HOSTILE}", count=9, last=_ANCHOR),),
    verified=Verified(record=7, at=ago(minutes=40), by=HOSTILE, records=900, broken=1, size=880),
)
_NOTHING = Standing(log="", keys=(), head=None, waiting=0, since=None, laid=(), verified=None)
_PACK = Of(
    id=9,
    recorded_at=ago(hours=1),
    actor_name="tomas",
    subject_label=HOSTILE,
    facts={"sha256": digest("p"), "records": 7, "period": {"since": "2026-07-01", "until": None}},
)
_SAVED = Of(
    id=5, name=f"Monthly {HOSTILE}", question="person", keep=12, form="csv", owner=ENGINEER,
    parameters={"person": HOSTILE, "since": "last month"}, unit=Of(code="ops"),
    schedule=SCHEDULES[0], saved_at=ago(days=2),
)  # fmt: skip
_LEFT = Of(**vars(_SAVED) | {"id": 4, "owner": GONE, "schedule": SCHEDULES[1], "unit": None})
_ANSWERS = [
    Of(id=3, asked_at=ago(minutes=1), parameters={"person": HOSTILE}, form="csv", rows=1200,
       size=90_000, sha256=digest("a"), problem=""),
    Of(id=2, asked_at=ago(days=1), parameters={}, form="csv", rows=0, size=0, sha256="",
       problem=f"no post {HOSTILE}"),
    Of(id=1, asked_at=ago(days=2), parameters={}, form="csv", rows=0, size=9, sha256=digest("b"),
       problem=""),
]  # fmt: skip
_PAGE = {
    "saved": _SAVED, "asked": QUESTIONS["person"], "answers": _ANSWERS,
    "readable": {3: True, 2: True, 1: False}, "own": True, "may_edit": True, "more": 1,
    "paging": 0,
}  # fmt: skip
PAGES = {
    "audit": ("audit.html", {
        "found": Found(records=RECORDS, newer=True, older=True), "refused": "",
        "facts": {one.id: one.facts for one in RECORDS}, "away": Of(told=HOSTILE),
        "partly": PARTLY,
        "typed": Filters(actor="tomas", since="last week")}),
    "audit_refused": ("audit.html", {
        "found": Found(records=(), newer=False, older=False), "refused": f"no time {HOSTILE}",
        "facts": {}, "away": None, "partly": "",
        "typed": Filters(subject="<x>")}),
    "record": _record(drawn=Picture(**_DRAWN)),
    "record_of_before": _record(_FIRST, drawn=Picture(**_DRAWN | {"laid": (), "rungs": ()})),
    "record_broken": _record(drawn=Picture(**_DRAWN | {
        "root_fits": False, "signed": False, "chained": False}), as_written=False),
    "record_unsealed": _record(unsealed=True),
    "record_late": _record(unsealed=True, late=True, waited=4000.0),
    "record_unproven": _record(broken=f"rows are missing {HOSTILE}"),
    "record_archived": _record(row=None, drawn=Picture(**_DRAWN)),
    "verification": ("verification.html", {"told": Of(**_VERIFIED), "meanings": MEANINGS}),
    "verification_broken": ("verification.html", {
        "meanings": MEANINGS, "told": Of(**_VERIFIED | {"ok": False, "since": 5, "broken": (
            Of(id=7, kind="altered", position=6, what=f"digest {HOSTILE}"),
            Of(id=None, kind="wrong_signature", position=None, what="a head"))})}),
    "heads": ("audit_heads.html", {
        "stands": _STANDS, "heads": [_HEAD], "lag": 540.0, "more": 9, "paging": 0,
        "receipts": {f"syslog:{HOSTILE}": _RECEIPT}}),
    "heads_partly": ("audit_heads.html", {
        "stands": replace(_STANDS, verified=replace(_STANDS.verified, by="")), "heads": [_HEAD],
        "lag": 0.0, "receipts": {f"syslog:{HOSTILE}": _RECEIPT}, "more": 0, "paging": 0}),
    "heads_none": ("audit_heads.html", {
        "stands": _NOTHING, "heads": [], "lag": 0.0, "receipts": {}, "more": 0, "paging": 0}),
    "anchors": ("audit_anchors.html", {
        "target": HOSTILE, "anchors": [(_ANCHOR, _RECEIPT)], "more": 9, "paging": 0}),
    "anchors_none": ("audit_anchors.html", {
        "target": HOSTILE, "anchors": [], "more": 0, "paging": 9}),
    "packs": ("packs.html", {
        "found": Found(records=[_PACK], newer=True, older=True), "about": "unit", "which": "<x>"}),
    "packs_none": ("packs.html", {
        "found": Found(records=(), newer=False, older=False), "about": "device", "which": ""}),
    "saved_questions": ("saved_questions.html", {
        "found": [_SAVED, _LEFT], "more": 4, "paging": 0}),
    "saved_questions_none": ("saved_questions.html", {"found": [], "more": 0, "paging": 9}),
    "saved_question": ("saved_question.html", _PAGE),
    "saved_question_of_another": ("saved_question.html", _PAGE | {
        "saved": _LEFT, "answers": [], "readable": {}, "own": False, "may_edit": False}),
}  # fmt: skip
