"""`trimtab catalogue` and `trimtab change from-template`, each by whom it belongs to."""

import json

import pytest
import yaml
from sqlalchemy import select

from changes.models import ChangeRequest
from organization.models import Unit
from organization.permissions import POST_TEMPLATES
from organization.tokens import issue
from tests.changes.catalogue.conftest import judged
from tests.factories import make_person, make_post
from tests.trimtab.conftest import acting

__all__ = ["judged"]

DRAFT = {
    "name": "describe", "title": "Describe", "description": "The loopback.",
    "platforms": ["cisco_ios"],
    "template": "interface Loopback0\n description {{ text }}\n",
    "inputs": {"type": "object", "additionalProperties": False, "required": ["text"],
               "properties": {"text": {"type": "string", "maxLength": 9}}},
}  # fmt: skip


@pytest.fixture
def crew(staff, beside, tmp_path):
    """The staff with a second approver, and the files that they bring."""
    with acting(beside) as ctx:
        person = make_person(ctx, username="bo")
        unit = ctx.session.scalars(select(Unit)).one()
        make_post(ctx, unit=unit, permissions=POST_TEMPLATES["approver"], holder=person)
        staff.tokens["bo"] = issue(ctx, person=person, name="test")[1]
        staff.unit = unit.code
    (tmp_path / "draft.yml").write_text(yaml.safe_dump(DRAFT))
    (tmp_path / "lines.j2").write_text(DRAFT["template"])
    (tmp_path / "good.csv").write_text("hostname,text\nr1,hello\n")
    (tmp_path / "bad.csv").write_text("hostname,text\nr1,much too long\nr9,x\n")
    return staff


def drafted(crew):
    return crew.as_("erin").json(["catalogue", "draft", "draft.yml", "--unit", crew.unit])


def approved(crew):
    entry = drafted(crew)
    for name in ("ada", "bo"):
        told = crew.as_(name).json(
            ["catalogue", "approve", str(entry["id"]), "--digest", entry["digest"]]
        )
    return told


@pytest.mark.usefixtures("judged")
def test_a_use_takes_checks_by_name(crew):
    approved(crew)
    made = crew.as_("erin").json([
        "catalogue", "request", "describe", "--reason", "asked", "--device", "r1",
        "--set", "text=core", "--check", "reachability",
    ])  # fmt: skip
    plan = crew.json(f"change show {made['id']}")["plan"]
    assert [one["name"] for one in plan["checks"]] == ["reachability"]


@pytest.mark.usefixtures("judged")
def test_a_standard_change_from_its_draft_to_an_approved_request(crew):
    assert (drafted(crew)["state"], approved(crew)["state"]) == ("draft", "approved")
    crew.as_("erin")
    shown = crew.json("catalogue preview describe --device r1 --set text=hello")
    assert shown[0]["lines"] == ["interface Loopback0", " description hello"]
    made = crew.json("catalogue request describe --csv good.csv --reason asked")
    assert (made["state"], made["kind"], made["devices"]) == ("approved", "standard", 1)


def test_a_version_is_listed_shown_and_retired(crew):
    entry = approved(crew)
    assert [one["name"] for one in crew.json("catalogue list")] == ["describe"]
    assert crew.json("catalogue show describe")["template"] == DRAFT["template"]
    assert "hello" not in crew("catalogue show describe").stdout
    told = crew.json(f"catalogue retire {entry['id']} --reason old")
    assert told["state"] == "retired"


def test_a_draft_of_a_wrong_kind_is_refused_with_the_place(crew, tmp_path):
    (tmp_path / "draft.yml").write_text("name: [\n")
    done = crew.as_("erin")(["catalogue", "draft", "draft.yml", "--unit", crew.unit])
    assert (done.exit_code, "no YAML, line 2" in done.stderr) == (2, True)
    (tmp_path / "draft.yml").write_text("name: x\nmore: 1\n")
    done = crew(["catalogue", "draft", "draft.yml", "--unit", crew.unit])
    assert all(word in done.stderr for word in ("more: Extra inputs", "title: Field required"))


def test_a_change_is_requested_from_a_template_with_a_csv(crew):
    crew.as_("erin")
    command = ["change", "from-template", "lines.j2", "--csv", "good.csv", "--title", "Describe",
               "--reason", "asked"]  # fmt: skip
    shown = crew([*command, "--preview"]).stdout
    made = crew.json(command)
    assert "description hello" in shown
    assert (made["state"], made["kind"]) == ("proposed", "normal")


def test_every_mistake_of_the_csv_is_told_and_nothing_is_requested(crew, beside, tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps(DRAFT["inputs"]))
    crew.as_("erin")
    done = crew(["change", "from-template", "lines.j2", "--csv", "bad.csv", "--title", "t",
                 "--reason", "r", "--schema", "schema.json"])  # fmt: skip
    assert done.exit_code == 2
    assert "line 2, column text: 'much too long' is too long" in done.stderr
    assert "line 3, column hostname: There is no device r9" in done.stderr
    with acting(beside) as ctx:
        assert ctx.session.scalars(select(ChangeRequest)).all() == []


@pytest.mark.parametrize(("more", "told"), [
    (["--schema", "lines.j2"], "no JSON"), (["--start", "2099-01-01"], "both --start and --end"),
    (["--rollback", "nowhere"], "cannot be read"),
])  # fmt: skip
def test_what_is_given_wrong_is_told(crew, more, told):
    done = crew.as_("erin")(
        ["change", "from-template", "lines.j2", "--csv", "good.csv", "--title", "t", *more]
    )
    assert (done.exit_code, told in done.stderr) == (2, True)


def test_playbooks_are_listed(crew):
    found = {one["name"] for one in crew.as_("erin").json("catalogue playbooks")}
    assert {"correct_drift", "restore"} <= found


def test_a_users_broken_playbook_is_told_with_its_place(crew, tmp_path, monkeypatch):
    book = tmp_path / "own" / "hello"
    book.mkdir(parents=True)
    (book / "playbook.yml").write_text("- hosts: all\n  tasks: [\n")
    (book / "meta.yml").write_text("title: x\n")
    monkeypatch.setenv("TRIMTAB_PLAYBOOKS", str(tmp_path / "own"))
    done = crew.as_("erin")("catalogue playbooks")
    assert (done.exit_code, "meta.yml, risk: Field required" in done.stderr) == (2, True)
