"""`trimtab audit` of who audits some units only: their units' records, and the log as a whole."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from changes.questions.sight import PARTLY
from core.audit import AuditRecord
from core.evidence.sealing import seal_all
from organization.models import Unit
from organization.permissions import POST_TEMPLATES
from organization.tokens import issue
from tests.factories import make_device, make_person, make_post, make_site, make_unit
from tests.trimtab.conftest import acting


@pytest.fixture
def units(line, beside, monkeypatch):
    """The command line as the auditor of one of two units; a record of a device in each."""
    with acting(beside) as ctx:
        root = ctx.session.scalars(select(Unit)).one()
        here, there = (make_unit(ctx, parent=root) for _ in range(2))
        records = [
            ctx.record("device.collected", make_device(ctx, site=make_site(ctx, unit=unit))).id
            for unit in (here, there)
        ]
        tokens = {}
        for name, unit in (("partial", here), ("whole", root)):
            person = make_person(ctx)
            make_post(ctx, unit=unit, permissions=POST_TEMPLATES["auditor"], holder=person)
            tokens[name] = issue(ctx, person=person, name="test")[1]
    with acting(beside) as ctx:
        seal_all(ctx)

    def as_(name):
        monkeypatch.setenv("TRIMTAB_TOKEN", tokens[name])
        return line

    return SimpleNamespace(as_=as_, records=records, beside=beside)


@pytest.mark.parametrize("name", ["partial", "whole"])
def test_the_list_tells_the_records_in_sight(units, name):
    line = units.as_(name)
    found = line.json("audit list --action device.collected")
    assert [one["id"] for one in found] == units.records[: 1 if name == "partial" else 2][::-1]
    assert (PARTLY in words(line("audit list"))) == (name == "partial")
    assert PARTLY not in words(line("audit list --json"))


def words(done):
    """What a command says beside its answer, however wide the terminal is."""
    return " ".join(done.stderr.split())


def test_a_record_out_of_sight_is_proven_to_who_audits_all(units):
    here, there = units.records
    line = units.as_("partial")
    assert line(f"audit prove {here}").exit_code == 0
    refused = line(f"audit prove {there}")
    assert refused.exit_code == line("audit prove 999999999").exit_code != 0
    assert f"There is no audit record {there}." in words(refused)
    assert units.as_("whole")(f"audit prove {there}").exit_code == 0


def test_all_records_are_exported_by_who_audits_all(units, tmp_path):
    file = tmp_path / "records.jsonl"
    refused = units.as_("partial")(["audit", "export", "--file", str(file)])
    assert (refused.exit_code, file.exists()) == (3, False)
    assert "the whole audit log" in words(refused)
    assert units.as_("whole")(["audit", "export", "--file", str(file)]).exit_code == 0
    with acting(units.beside) as ctx:
        query = select(AuditRecord).where(AuditRecord.action == "audit.exported")
        assert len(ctx.session.scalars(query).all()) == 1


@pytest.mark.parametrize(
    "command",
    ["seal", "head", "verify", "archives", "consistency {size}", "verifier"],
)
def test_what_tells_hashes_only_is_open_to_any_auditor(units, command):
    line = units.as_("partial")
    size = line.json("audit head")["size"]
    told = line(f"audit {command.format(size=size)}")
    assert told.exit_code == 0, told.stderr
