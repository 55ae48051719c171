"""The platforms that are data only: each case with what differs and with what corrects it."""

import re
from pathlib import Path

import pytest
import yaml

import drift
from drift.platforms import names, platform
from inventory.platforms import known_platforms
from inventory.redaction import redact
from tests.drift import platform_devices as devices
from tests.drift import platform_texts

FOLDER = Path(__file__).parent / "platform_cases"
ROOT = Path(__file__).parents[2]
DATA = ROOT / "drift" / "platforms"
DOCUMENT = ROOT / "docs" / "platforms.md"
SIGNS = {"extra": "-", "missing": "+", "moved": "~"}
DIFFERENCES_ONLY = {"mikrotik_routeros", "sonic"}
CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}: {case['case']}")
    for file in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(file.read_text())
]
each = pytest.mark.parametrize(("name", "case"), CASES)


def assess(name, case):
    return drift.assess(case["running"], case["intended"], platform=name)


def text(lines):
    return "".join(f"{line}\n" for line in lines)


@each
def test_exactly_this_differs(name, case):
    told = [
        f"{SIGNS[one.side]} {' / '.join((*one.path, one.line))}"
        for one in assess(name, case).differences
    ]
    assert told == case.get("differs", [])


@each
def test_exactly_these_commands_correct_it(name, case):
    assert text(assess(name, case).remediation) == case.get("remediation", "")


@each
def test_exactly_these_commands_undo_it(name, case):
    assert text(assess(name, case).rollback) == case.get("rollback", "")


@each
def test_exactly_this_is_refused(name, case):
    told = [f"{' / '.join(one.path)}: {one.reason}" for one in assess(name, case).refusals]
    assert told == case.get("refused", [])


@each
def test_what_differs_has_commands_or_a_refusal(name, case):
    found = assess(name, case)
    assert found.in_sync is not bool(found.remediation or found.refusals)


@each
def test_the_way_back_is_the_way_from_the_other_side(name, case):
    back = drift.assess(case["intended"], case["running"], platform=name)
    assert (back.remediation, back.in_sync) == (
        assess(name, case).rollback,
        assess(name, case).in_sync,
    )


@each
def test_a_line_number_is_the_lines_own(name, case):
    sides = case["running"].splitlines(), case["intended"].splitlines()
    for one in assess(name, case).differences:
        for lines, number in zip(sides, (one.running_line, one.intended_line), strict=True):
            assert number is None or one.line.split()[0] in lines[number - 1]


COMMANDED = [
    pytest.param(*case.values, id=case.id)
    for case in CASES
    if "remediation" in case.values[1]
    and "rollback" in case.values[1]
    and "refused" not in case.values[1]
    and not re.search("banner|header|buffer", case.values[1]["remediation"])
]
DEVICES = {
    "aruba_aoscx": devices.indented, "hp_comware": devices.views, "huawei_vrp": devices.views,
    "fortinet": devices.fortios, "nokia_srl": devices.paths, "vyos": devices.paths,
}  # fmt: skip


def held(name, shown, lines):
    """What a device holds; policies of a firewall compare in order."""
    found = DEVICES[name](shown, lines)
    ordered = "config firewall policy"
    return found, list(found[ordered]) if ordered in found else []


@pytest.mark.parametrize(("name", "case"), COMMANDED)
def test_after_the_correction_the_device_holds_what_is_intended(name, case):
    after = held(name, case["running"], assess(name, case).remediation)
    assert after == held(name, case["intended"], ())


@pytest.mark.parametrize(("name", "case"), COMMANDED)
def test_after_the_way_back_the_device_holds_what_ran(name, case):
    after = held(name, case["intended"], assess(name, case).rollback)
    assert after == held(name, case["running"], ())


def unrefused(name):
    """Pairs made by chance for which there are commands both ways."""
    for seed in range(200):
        running, intended = platform_texts.pair(name, seed)
        found = drift.assess(running, intended, platform=name)
        if not found.refusals:
            yield seed, running, intended, found


@pytest.mark.parametrize("name", platform_texts.MAKERS)
def test_devices_made_by_chance_are_corrected_and_put_back(name):
    wrong = [
        seed
        for seed, running, intended, found in unrefused(name)
        if held(name, running, found.remediation) != held(name, intended, ())
        or held(name, intended, found.rollback) != held(name, running, ())
    ]
    assert wrong == []


@pytest.mark.parametrize("name", platform_texts.MAKERS)
def test_enough_devices_made_by_chance_have_commands(name):
    assert sum(1 for _ in unrefused(name)) >= 30


@pytest.mark.parametrize("name", [file.stem for file in sorted(FOLDER.glob("*.yaml"))])
def test_a_platform_has_ten_cases_or_more(name):
    assert sum(case.values[0] == name for case in CASES) >= 10


@pytest.mark.parametrize("name", sorted(DIFFERENCES_ONLY))
def test_a_platform_of_differences_only_gives_no_command(name):
    found = [assess(name, case.values[1]) for case in CASES if case.values[0] == name]
    assert [
        one.remediation + one.rollback for one in found if one.remediation or one.rollback
    ] == []


def test_every_platform_of_the_engine_can_be_collected():
    assert set(names()) <= {one.name for one in known_platforms()}


def test_ios_xe_is_ios_under_a_name_of_its_own():
    xe, ios = platform("cisco_xe"), platform("cisco_ios")
    assert (xe.name, xe.single, xe.definitions) == ("cisco_xe", ios.single, ios.definitions)


@pytest.mark.parametrize("start", ["#\n x\n", "!\n x\n", " x\n", " #\n  x\n", '"a\n b\n'])
def test_a_text_that_begins_indented_is_read_to_its_end(start):
    found = drift.assess(start + "last\n", start + "other\n", platform="cisco_ios")
    assert {one.line for one in found.differences} == {"last", "other"}


def test_every_field_that_a_file_uses_is_documented():
    told = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(), re.MULTILINE))
    used = {key for file in DATA.glob("*.yaml") for key in yaml.safe_load(file.read_text())}
    assert used - told == set()


def test_every_platform_of_the_engine_is_documented():
    told = DOCUMENT.read_text()
    assert [name for name in names() if f"`{name}`" not in told] == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("aruba_aoscx", "user ada group administrators password ciphertext S3CRET"),
        ("aruba_aoscx", "    neighbor 192.0.2.2 password ciphertext S3CRET"),
        ("hp_comware", " password hash S3CRET"),
        ("hp_comware", "snmp-agent community read cipher S3CRET"),
        ("huawei_vrp", " local-user ada password irreversible-cipher S3CRET"),
        ("huawei_vrp", " peer 192.0.2.2 password cipher S3CRET"),
        ("fortinet", "        set password ENC S3CRET"),
        ("fortinet", '        set psksecret "S3CRET"'),
        ("mikrotik_routeros", "add name=a password=S3CRET service=pppoe"),
        ("nokia_srl", 'set / system aaa authentication user ada password "S3CRET"'),
        ("vyos", "set system login user ada authentication encrypted-password 'S3CRET'"),
        ("vyos", "set service snmp community S3CRET authorization ro"),
        ("sonic", '            "passkey": "S3CRET",'),
    ],
)
def test_a_secret_is_marked_when_it_is_collected(name, line):
    assert "S3CRET" not in redact(line, platform=name, key=b"key")


def test_a_redacted_password_that_fortios_shows_anew_is_no_difference():
    shown = "config system admin\n    edit a\n        set password ENC {}\n    next\nend\n"
    sides = [redact(shown.format(one), platform="fortinet", key=b"key") for one in ("AA", "BB")]
    assert (sides[0] == sides[1], drift.assess(*sides, platform="fortinet").in_sync) == (
        False,
        True,
    )
