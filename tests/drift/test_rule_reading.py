"""Rule packs: what can be read, and how what cannot is named."""

import json

import jsonschema
import pytest
import yaml

from drift.rules import RulePackBroken, read, schema
from drift.rules.reading import FOLDER

HEAD = "- id: X-1\n  title: t\n  why: w\n  severity: minor\n  platforms: [linux]\n"
GOOD = HEAD + "  forbid: ['^a']\n"


@pytest.fixture
def pack(tmp_path):
    def written(text):
        file = tmp_path / "pack.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return written


def test_a_pack_is_read(pack):
    [rule] = read(pack(GOOD + "  clause: '7.1'\n  roles: [edge]\n"))
    assert (rule.id, rule.clause, rule.roles, rule.forbid[0].pattern) == (
        "X-1", "7.1", ("edge",), "^a",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- [", r"is no YAML: .*line 1"),
        (b"\xff\xfe", r"is no UTF-8 text: invalid start byte"),
        ("", r"is wrong at its top: rules are a list: Input should be a valid tuple"),
        ("id: X", r"is wrong at its top: rules are a list"),
        ("- text", r"is wrong at rule 1: "),
        ("- id: X-1\n", r"is wrong at rule 1 \(X-1\), title: Field required"),
        (GOOD.replace("minor", "grave"), r"at rule 1 \(X-1\), severity: Input should be 'info'"),
        (GOOD.replace("X-1", "X 1"), r"at rule 1 \(X 1\), id: String should match"),
        (GOOD.replace("[linux]", "[]"), r"at rule 1 \(X-1\), platforms: .*at least 1"),
        (GOOD + HEAD.replace("X-1", "X-2"), r"at rule 2 \(X-2\): a rule needs at least one of"),
        (GOOD + "  forbidden: ['^b']\n", r"at rule 1 \(X-1\), forbidden: Unexpected"),
        (GOOD + "  require: ['^(']\n", r"at rule 1 \(X-1\), require\.0: .*regular expression"),
        (GOOD + "  require: '^a'\n", r"at rule 1 \(X-1\), require: Input should be a valid tuple"),
        (GOOD + "  every: ['^a']\n", r"at rule 1 \(X-1\): `every` needs `within`"),
        (GOOD + "  absent: fails\n", r"at rule 1 \(X-1\): `absent` needs `within`"),
        (GOOD + "  forbid: ['^b']\n", r"is no YAML: forbid stands twice in one rule"),
        (GOOD + GOOD, r"has more than one rule X-1"),
        (GOOD + "  values: [{pattern: '^a', at_most: 1}]\n", r"values\.0: .* needs a group"),
        (GOOD + "  values: [{pattern: '^(a)'}]\n", r"values\.0: a value needs one_of"),
        (GOOD + "  values: [{pattern: '^(a)', at_most: one}]\n", r"values\.0\.at_most: "),
        (GOOD + "  values: [{pattern: '^(a)', one_of: [b], at_most: 1}]\n", r"is either one of"),
        (GOOD + "  values: [{pattern: '^(a)', at_least: 2, at_most: 1}]\n", r"no number is allow"),
        (GOOD + "  values: [{pattern: '^(a)', below: 1}]\n", r"values\.0\.below: Unexpected"),
    ],
)
def test_a_broken_pack_is_named_with_its_place(pack, text, reason):
    with pytest.raises(RulePackBroken, match=rf"(?s)pack\.yaml .*{reason}"):
        read(pack(text))


def test_a_pack_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RulePackBroken, match=r"gone\.yaml cannot be read: No such file"):
        read(tmp_path / "gone.yaml")


def test_no_depth_of_a_pack_is_more_than_an_error(pack):
    with pytest.raises(RulePackBroken, match="is no YAML"):
        read(pack("[" * 100_000))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_our_packs_keep_the_schema(file):
    jsonschema.validate(yaml.safe_load(file.read_text()), json.loads(schema()))


@pytest.mark.parametrize(
    "more", ["  forbidden: ['^b']\n", "  severity: grave\n", "  roles: edge\n"]
)
def test_the_schema_refuses_what_reading_refuses(more):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(GOOD + more), json.loads(schema()))


def test_the_schema_explains_every_field():
    defined = json.loads(schema())["$defs"]
    fields = [field for kind in ("Rule", "Value") for field in defined[kind]["properties"].values()]
    assert [field for field in fields if "description" not in field] == []
