"""What the pages of images staged and booted are handed."""

from dataclasses import replace

from api.web.change_sight import _alike
from changes.approving.groups import groups
from changes.plans import Release
from tests.api.samples.basics import HOSTILE
from tests.api.samples.network import DEVICES
from tests.api.samples.work import CHANGES, LOG, PLAN, SIGHT, VERIFICATIONS, target

_RELEASE = Release(
    image=HOSTILE, version=f"15.2(7)E8 {HOSTILE}", checksum=f"md5:{'0' * 32}",
    former_image=HOSTILE, former_version=HOSTILE, room=1_000_000, wait=900,
)  # fmt: skip
_PLAN = replace(PLAN, targets=(replace(target(2), release=_RELEASE, guard=None),))
_SIGHT = replace(SIGHT, plan=_PLAN, alike=tuple(_alike(one, ()) for one in groups(_PLAN)))

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "staging": ("image_new.html", {
        "device": DEVICES[1], "staging": True, "wait": 1800, "room": 0}),
    "upgrade": ("image_new.html", {
        "device": DEVICES[2], "staging": False, "wait": 900, "room": 1_000_000}),
    "upgrade_open": ("image_new.html", {
        "device": None, "staging": False, "wait": 900, "room": 1_000_000}),
    "change_upgrade": ("change.html", {
        "change": CHANGES[0], "sight": _SIGHT, "own": False, "verifications": VERIFICATIONS,
        "log": LOG, "more_log": 6}),
}  # fmt: skip
