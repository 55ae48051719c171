"""The pages of the log: the list with its filters, one record with its proof, heads."""

import json
import re
from hashlib import sha256
from subprocess import run
from sys import executable
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from core.audit import AuditRecord, Subject
from core.context import Action
from core.evidence.models import Anchor
from core.evidence.sealing import seal_all
from tests.api.forms import sign_in


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


@pytest.fixture
def mark():
    """Something that only this test's records are about."""
    return Subject(type="test_mark", id=uuid4().hex, label="mark")


def write(world, mark, many=1):
    with world.context() as ctx:
        rows = ctx.record_all(
            Action(action="test.arranged", subject=mark, facts={"n": n}) for n in range(many)
        )
        return [row.id for row in rows]


def seal(world):
    with world.context() as ctx:
        seal_all(ctx)


@pytest.fixture
def sealed(world, mark):
    [record] = write(world, mark)
    seal(world)
    return record


def numbers(page):
    rows = BeautifulSoup(page.text, "html.parser").select("tbody tr td:first-child")
    return [int(one.text) for one in rows]


def test_the_list_leads_to_each_record(auditor, mark, sealed):
    found = auditor.get("/audit", params={"subject": f"test_mark {mark.id}"})
    assert numbers(found) == [sealed]
    assert f'href="/audit/records/{sealed}"' in found.text


def test_the_list_goes_on_to_older_ones_and_back(auditor, world, mark):
    made = write(world, mark, many=250)[::-1]
    seen, query = [], {"subject": f"test_mark {mark.id}"}
    first = auditor.get("/audit", params=query)
    assert BeautifulSoup(first.text, "html.parser").find("a", rel="prev") is None
    page = first
    while True:
        seen += numbers(page)
        further = BeautifulSoup(page.text, "html.parser").find("a", rel="next")
        if further is None:
            break
        page = auditor.get(further["href"])
    assert seen == made
    back = BeautifulSoup(page.text, "html.parser").find("a", rel="prev")["href"]
    assert numbers(auditor.get(back)) == made[100:200]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "arranger"}, True), ({"actor": "engineer"}, False),
        ({"actor": "nobody-here"}, False), ({"action": "test.arranged"}, True),
        ({"action": "change.approved"}, False), ({"since": "today"}, True),
        ({"until": "yesterday"}, False), ({"since": "yesterday", "until": "today"}, True),
        ({"change": "C1"}, False),
    ],
)  # fmt: skip
def test_the_filters_narrow_it(auditor, mark, sealed, query, found):
    page = auditor.get("/audit", params={"subject": f"test_mark {mark.id}"} | query)
    assert numbers(page) == ([sealed] if found else [])


def test_a_subject_is_told_by_hostname_or_number(auditor, world):
    by_name = auditor.get("/audit", params={"subject": world.device_name})
    by_number = auditor.get("/audit", params={"subject": f"device {world.device_id}"})
    assert numbers(by_name) == numbers(by_number) != []
    change = auditor.get("/audit", params={"change": f"C{world.ids['change']}"})
    subject = auditor.get("/audit", params={"subject": f"c{world.ids['change']}"})
    assert set(numbers(subject)) < set(numbers(change))  # with comments, glasses, exceptions
    assert "change.requested" in change.text


@pytest.mark.parametrize(
    "query", [{"subject": "nothing-like-it"}, {"change": "x"}, {"since": "some day"},
              {"until": "9" * 400}, {"change": "9" * 400}],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_told_and_finds_nothing(auditor, query):
    page = auditor.get("/audit", params=query)
    assert (page.status_code, 'role="alert"' in page.text) == (422, True)
    assert numbers(page) == []


def test_a_record_shows_what_it_says_and_its_proof(auditor, world, sealed):
    page = auditor.get(f"/audit/records/{sealed}")
    told = BeautifulSoup(page.text, "html.parser")
    assert "proven" in told.select_one(".page-head").text
    rungs = told.select(".proof .is-rung")
    with world.context() as ctx:
        size = ctx.session.scalar(text("SELECT max(size) FROM audit_head"))
        leaf = ctx.session.get(AuditRecord, sealed).digest.hex()
    assert len(rungs) >= (size - 1).bit_length() - 1 or rungs
    assert leaf in told.select_one(".proof .is-leaf").text
    assert [one.select_one("b").text for one in rungs][-1] == "Step 1"
    assert told.select(".proof .is-bad") == []
    assert "the steps below lead exactly here" in page.text


def test_a_record_is_found_by_its_identity_too(auditor, world, sealed):
    with world.context() as ctx:
        identity = ctx.session.get(AuditRecord, sealed).record_id
    assert auditor.get(f"/audit/records/{identity}").status_code == 200


def test_its_bytes_are_those_that_were_sealed(auditor, world, sealed):
    content = auditor.get(f"/audit/records/{sealed}/record.json").content
    with world.context() as ctx:
        assert sha256(b"\0" + content).digest() == ctx.session.get(AuditRecord, sealed).digest


def test_the_files_of_the_page_check_out_as_it_says(auditor, sealed, tmp_path):
    page = auditor.get(f"/audit/records/{sealed}").text
    log = re.search(r"proof\.json --log ([0-9a-f]{64})", page)[1]
    for path, name in ((f"/audit/records/{sealed}/proof.json", "proof.json"),
                       ("/audit/verifier", "verify_evidence.py")):  # fmt: skip
        answer = auditor.get(path)
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        (tmp_path / name).write_bytes(answer.content)
    done = run(
        [executable, "verify_evidence.py", "proof.json", "--log", log],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_where_a_head_lies_outside_is_told_beside_the_proof(auditor, world, sealed):
    with world.context() as ctx:
        size = ctx.session.scalar(text("SELECT max(size) FROM audit_head"))
        ctx.session.add(Anchor(size=size, target=f"test:{sealed}", anchored_at=ctx.now(),
                               receipt=json.dumps({"what": "slip", "number": 7})))  # fmt: skip
    page = BeautifulSoup(auditor.get(f"/audit/records/{sealed}").text, "html.parser")
    told = [one.text for one in page.select(".proof .is-outside") if f"test:{sealed}" in one.text]
    assert len(told) == 1
    assert "slip" in told[0]


def test_a_record_that_waits_for_its_head_says_so(auditor, world, mark):
    [record] = write(world, mark)
    page = auditor.get(f"/audit/records/{record}")
    assert "not sealed yet" in page.text
    assert "No signed head covers it yet" in page.text
    assert auditor.get(f"/audit/records/{record}/proof.json").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("999999999", 404),
        ("0", 422),
        ("x", 422),
        ("9" * 40, 422),
        ("00870262-3de1-4afa-ad59-ff7237ce3b7e", 404),
    ],
)
def test_a_record_that_is_not_there_is_told(auditor, path, status):
    assert auditor.get(f"/audit/records/{path}").status_code == status


@pytest.mark.usefixtures("sealed")
def test_the_heads_tell_the_logs_name_and_what_waits(auditor, world):
    page = auditor.get("/audit/heads")
    with world.context() as ctx:
        log = ctx.session.scalar(text("SELECT id FROM audit_key WHERE number = 1"))
    assert BeautifulSoup(page.text, "html.parser").select_one(".log-name").text.strip() == log


@pytest.mark.usefixtures("sealed")
def test_the_anchors_of_a_target_are_listed_with_their_receipts(auditor, world):
    target = f"test:{uuid4()}"
    with world.context() as ctx:
        ctx.session.add_all(
            Anchor(size=n + 1, target=target, anchored_at=ctx.now(), receipt=f"byte {n}")
            for n in range(60)
        )
    page = auditor.get("/audit/anchors", params={"target": target})
    assert "byte 59" in page.text
    further = BeautifulSoup(page.text, "html.parser").find("a", rel="next")["href"]
    assert "byte 0" in auditor.get(further).text
    assert target in auditor.get("/audit/heads").text


@pytest.mark.usefixtures("sealed")
def test_the_verification_tells_what_was_looked_at(auditor):
    page = auditor.get("/audit/verification")
    assert "All records are as they were written" in page.text
    since = auditor.get("/audit/verification", params={"since": "last"})
    assert "were verified before" in since.text


def test_who_does_not_audit_sees_none_of_it(browser, sealed):
    sign_in(browser, "engineer")
    for path in ("/audit", "/audit/heads", "/audit/anchors?target=x", "/audit/verification",
                 f"/audit/records/{sealed}", f"/audit/records/{sealed}/record.json",
                 f"/audit/records/{sealed}/proof.json", "/audit/verifier",
                 "/audit/packs"):  # fmt: skip
        assert browser.get(path).status_code == 403, path


def test_the_list_tells_the_gist_of_facts_and_the_record_s_page_all_of_them(world, auditor, mark):
    """The commands of a session filled pages of the list."""
    sent = [f"show line-{n}" for n in range(40)]
    with world.context() as ctx:
        facts = {"commands": sent, "commands_count": 40, "hosts": sent, "purpose": "look"}
        number = ctx.record("test.arranged", mark, **facts).id
    seal(world)
    listed = auditor.get("/audit", params={"subject": f"test_mark {mark.id}"}).text
    assert "line-7" not in listed
    assert "40 of them" in listed
    assert "line-7" in auditor.get(f"/audit/records/{number}").text
