"""Sites, imports, lines found and blamed, hostile ones among them."""

from types import SimpleNamespace as Of

from api.web.configurations import Results, Sought
from api.web.history import Run
from api.web.imports import Done, Said
from api.web.matches import matches
from drift.site_reports import Cut, SiteFigures
from inventory.candidates.imports.trial import Outcome
from inventory.candidates.review import Alike
from inventory.store.causes import Cause
from inventory.store.fast_import import Person
from inventory.store.history import BlamedLine
from inventory.store.patterns import expression, places
from inventory.store.search import Found, Hit, Where
from tests.api.samples.basics import HOSTILE, ago, drifted

SITES = [
    Of(id=1, code="BOD", name="Bordeaux", unit=Of(code="ops"), max_sessions=None, jump=None),
    Of(id=2, code="LYS", name=f"Lyon {HOSTILE}", unit=Of(code="ops"), max_sessions=5,
       jump="core-01"),
]  # fmt: skip
CUT = Cut(scan_id=13, at=ago(minutes=15), failed=3, devices=12, left=9, still=True)
FIGURES = {
    1: SiteFigures(devices=0, failing=0, attempted_at=None, reached_at=None, cut=None),
    2: SiteFigures(devices=12, failing=3, attempted_at=ago(hours=1), reached_at=ago(days=1),
                   cut=CUT),
}  # fmt: skip

TEXT = drifted("core-02")
_finder = expression("description", how="literal")
HITS = tuple(
    Hit(device_id=2, hostname="core-02", site="LYS", platform="cisco_ios", snapshot_id=70,
        place=one)
    for one in places(TEXT.encode(), _finder, most=50)
)  # fmt: skip
SOUGHT = Sought(
    pattern="<script>alert(1)</script> \"'", how="regex", where=Where(site="<x>"), around=2
)
RESULTS = Results(
    found=Found(hits=HITS, searched=240, ended="hits"), shown=len(HITS), more=50,
    matches=matches(HITS, {70: TEXT}, _finder, around=2),
)  # fmt: skip
NOTHING_FOUND = Results(
    found=Found(hits=(), searched=7, ended="time"), shown=0, more=0, matches=()
)  # fmt: skip
CHOICES = {
    "choices": (0, 2, 5), "usual": 2, "most": 1000, "sites": ["LYS"], "units": ["ops"],
    "platforms": ["cisco_ios"],
}  # fmt: skip

CAUSE = Cause(
    change_id=12, title=f"Put right {HOSTILE}", requested_by=Person(f"Ines {HOSTILE}", ""),
    approved_by=(Person("Tomas Berg", ""),),
)  # fmt: skip


def blamed(number: int, *, at_latest: bool = False, cause: Cause | None = None) -> BlamedLine:
    return BlamedLine(
        number=number, text=f" description {HOSTILE}", section=(), snapshot_id=70,
        since=ago(days=number), at_latest=at_latest, cause=cause,
    )  # fmt: skip


RUNS = [
    Run(first=blamed(1), origin="from_start", shown=[blamed(1)], folds=[[blamed(2), blamed(3)]]),
    Run(first=blamed(4, cause=CAUSE), origin="by_change", shown=[blamed(4)], folds=[]),
    Run(first=blamed(5, at_latest=True), origin="unexplained", shown=[blamed(5)], folds=[]),
]

SAID = Said(kind="csv", unit="ops", adopt="complete", text="hostname,address\nr1,10.0.0.1\n")
OUTCOMES = [
    Outcome(hostname="r1", address="10.0.0.1", platform="cisco_ios", becomes="device",
            state="adopted", problem="", alike=()),
    Outcome(hostname=HOSTILE, address=HOSTILE, platform=None, becomes="waiting", state="found",
            problem=HOSTILE, alike=(Alike(device_id=2, hostname="core-02", by="serial"),)),
    Outcome(hostname="", address="10.0.0.3", platform=None, becomes="known", state="ignored",
            problem="", alike=(), changed=("hostname", "os_version")),
]  # fmt: skip
DONE = Done(candidates=2, adopted=1, queued=1)
