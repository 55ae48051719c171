"""What the engine does where no platform's data lead today: a platform that is made up."""

import drift
from drift.engine import paths
from drift.engine.commands import plan
from drift.engine.delta import delta
from drift.engine.places import REDACTED
from drift.platforms.reader import read

MADE_UP = read("made_up", {
    "multiline": [{"opens": [" note "], "start": "^ note ", "end": "^ end$", "key": r"^note \S+"}],
    "refused": [
        {"place": "outer a/inner b$", "reason": "never that one"},
        {"place": "outer a/note x$", "reason": "nor its note"},
    ],
})  # fmt: skip
TEXT = "outer a\n inner b\n  number {0}\n note x\n  words {0}\n end\n free {0}\n"


def test_a_section_or_value_below_that_is_refused_has_no_lines_and_the_rest_has():
    made = plan(delta(TEXT.format(1), TEXT.format(2), MADE_UP), MADE_UP)
    assert made.lines() == ("outer a", " no free 1", " free 2")
    assert {one.path: one.reason for one in made.refusals} == {
        ("outer a", "inner b"): "never that one", ("outer a", "note x"): "nor its note",
    }  # fmt: skip


def test_a_statement_whose_deletion_is_refused_is_told_with_the_reason():
    platform = read("made_up", {
        "style": "set", "negations": [{"line": "keep ", "refused": "it holds everything"}],
    })  # fmt: skip
    found = paths.assess("set keep this\nset a 1\n", "set a 1\n", platform)
    assert [(one.path, one.reason) for one in found.refusals] == [
        (("set keep this",), "it holds everything")
    ]
    assert found.remediation == ()


def test_an_entry_that_holds_a_redacted_secret_is_not_taken_from_its_table():
    table = 'config user local\n    edit "a"\n        set passwd <secret:000000000000>\n    next\n'
    found = drift.assess(
        f"{table}end\n", 'config user local\n    edit "b"\n    next\nend\n', platform="fortinet"
    )
    assert [one.reason for one in found.refusals if "no rollback" not in one.reason] == [REDACTED]
    assert "delete" not in "\n".join(found.remediation)
