"""The history as a git repository."""

import shutil
import subprocess

import pytest

from core.errors import InvalidInput
from inventory.completeness import Doubt
from inventory.store import git_export
from inventory.store.causes import Cause
from inventory.store.fast_import import LONGEST, Person, safe_name
from inventory.store.git_export import GitUnavailable, export
from inventory.store.repack import take_out
from tests.factories import make_device, make_site
from tests.inventory.store_rows import config, show

PROGRAM = shutil.which("git") or "git"


@pytest.fixture
def device(ctx):
    return make_device(ctx, hostname="r1", site=make_site(ctx, code="north"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "history"


@pytest.fixture
def git(folder):
    def run(*words):
        return subprocess.run(
            [PROGRAM, "--git-dir", str(folder), *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    return run


def shown(ctx, clock, device, *texts, **values):
    rows = []
    for text in texts:
        rows.append(show(ctx, device, text, **values))
        clock.forward(hours=1)
    return rows


def test_a_change_is_a_commit_in_the_order_of_time(ctx, clock, device, folder, git):
    shown(ctx, clock, device, config(), config("ntp server 10.0.0.1"))
    done = export(ctx, folder)
    assert (done.commits, done.skipped) == (2, 0)
    assert git("log", "--format=%s|%an|%aI|%cI").splitlines() == [
        "r1: running changed|Trimtab|2026-11-24T13:00:00+00:00|2026-11-24T13:00:00+00:00",
        "r1: running changed|Trimtab|2026-11-24T12:00:00+00:00|2026-11-24T12:00:00+00:00",
    ]
    assert git("show", "main:north/r1.cfg") + "\n" == config("ntp server 10.0.0.1")
    assert "+ntp server 10.0.0.1" in git("log", "-p")
    assert git("fsck", "--strict", "--no-dangling") == ""
    assert ctx.recorded == ["snapshot.exported"]


def test_running_and_startup_of_one_collection_are_one_commit(ctx, clock, device, folder, git):
    show(ctx, device, config())
    shown(ctx, clock, device, config("x"), source="startup")
    assert export(ctx, folder).commits == 1
    assert git("ls-tree", "-r", "--name-only", "main").splitlines() == [
        "north/r1.cfg", "north/r1.startup",
    ]  # fmt: skip


def test_the_author_is_who_asked_for_the_change(ctx, clock, device, folder, git):
    [one] = shown(ctx, clock, device, config())
    cause = Cause(
        change_id=7, title="NTP\nnews", requested_by=Person("Ann <x>", "ann@example.org"),
        approved_by=(Person("Bo", ""),),
    )  # fmt: skip
    export(ctx, folder, causes=lambda _ctx, _ids: {one.id: cause})
    assert git("log", "--format=%an|%ae|%cn|%s") == "Ann x|ann@example.org|Trimtab|r1: C7 NTP news"
    assert git("log", "--format=%(trailers:key=Approved-by,valueonly)") == "Bo"


def test_an_export_goes_on_where_the_last_one_ended(ctx, clock, device, folder, git):
    shown(ctx, clock, device, config())
    first = export(ctx, folder)
    assert export(ctx, folder) == git_export.Exported(
        commits=0, skipped=0, waiting=0, last=first.last, head=first.head
    )
    shown(ctx, clock, device, config("x"))
    assert (export(ctx, folder).commits, git("rev-list", "--count", "main")) == (1, "2")
    assert git("rev-parse", "main^") == first.head


def test_snapshots_of_the_last_minute_wait_and_are_counted(ctx, clock, device, folder):
    shown(ctx, clock, device, config())
    show(ctx, device, config("x"))
    show(ctx, device, config("y"), doubts=[Doubt(kind="cut", detail="")])
    done = export(ctx, folder)
    assert (done.commits, done.waiting) == (1, 1)
    clock.forward(minutes=2)
    done = export(ctx, folder)
    assert (done.commits, done.waiting) == (1, 0)


def test_the_same_history_gives_the_same_commits_at_once_or_in_steps(
    ctx, clock, device, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(git_export, "BATCH", 2)
    for n in range(5):
        shown(ctx, clock, device, config(f"x{n}"))
        export(ctx, folder)
    assert export(ctx, tmp_path / "at-once").head == export(ctx, folder).head


def test_what_came_this_very_minute_waits_for_the_next_export(ctx, clock, device, folder):
    show(ctx, device, config())
    assert export(ctx, folder).commits == 0
    clock.forward(minutes=2)
    assert export(ctx, folder).commits == 1


def test_a_device_that_is_renamed_moves_its_files(ctx, clock, device, folder, git):
    shown(ctx, clock, device, config())
    export(ctx, folder)
    device.hostname = "r1-new"
    shown(ctx, clock, device, config("x"))
    export(ctx, folder)
    assert git("ls-tree", "-r", "--name-only", "main") == "north/r1-new.cfg"


def test_untrusted_captures_are_no_part_of_it(ctx, clock, device, folder):
    shown(ctx, clock, device, config(), doubts=[Doubt(kind="cut", detail="x")])
    assert export(ctx, folder).commits == 0


def test_a_removed_text_is_left_out_and_told(ctx, clock, device, folder):
    gone, _ = shown(ctx, clock, device, config("a"), config("b"))
    take_out(ctx, {gone.digest}, reason="test")
    done = export(ctx, folder)
    assert (done.commits, done.skipped) == (1, 1)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("r1.example-net_1", "r1.example-net_1"), ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        (".git", "%2Egit"), ("-x", "%2Dx"), ("a b\n", "a%20b%0A"), ("ü", "%C3%BC"), ('"', "%22"),
        ("%", "%25"),
    ],
)  # fmt: skip
def test_a_name_is_safe_whatever_stands_in_it(name, made):
    assert safe_name(name) == made


def test_long_names_are_cut_and_stay_different():
    one, other = safe_name("a" * 300), safe_name("a" * 299)
    assert len(one) == len(other) == LONGEST
    assert one != other
    assert safe_name("") != ""


def test_a_hostile_hostname_stays_in_the_repository(ctx, clock, folder, git):
    site = make_site(ctx, code="..")
    shown(ctx, clock, make_device(ctx, hostname='../"x\n.git', site=site), config())
    export(ctx, folder)
    assert git("ls-tree", "-r", "--name-only", "main") == "%2E./%2E.%2F%22x%0A.git.cfg"
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_another_folder_is_not_touched(ctx, device, tmp_path):
    (tmp_path / "mine").write_text("x")
    show(ctx, device, config())
    with pytest.raises(InvalidInput, match="something else"):
        export(ctx, tmp_path)


def test_a_machine_without_git_is_told_so(ctx, device, folder, monkeypatch):
    show(ctx, device, config())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitUnavailable, match="Install git"):
        export(ctx, folder)


def test_a_repository_that_git_cannot_write_is_told(ctx, clock, device, folder):
    shown(ctx, clock, device, config())
    export(ctx, folder)
    shown(ctx, clock, device, config("x"))
    (folder / "refs/heads/main.lock").write_text("")
    with pytest.raises(GitUnavailable, match="failed"):
        export(ctx, folder)
