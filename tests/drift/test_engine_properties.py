"""What holds for any configuration: correcting leaves no difference, undoing restores."""

from hypothesis import given, settings
from hypothesis import strategies as st

import drift
from drift.platforms import names
from lab import generate
from lab.editor import Editor
from lab.tree import parse, render

PLATFORMS = st.sampled_from([(0, "cisco_ios", " "), (1, "arista_eos", "   ")])


def top(text):
    """The configuration as its top-level pieces."""
    pieces = []
    for line in text.splitlines():
        if line.startswith(" ") or (pieces and pieces[-1][0].startswith("banner ")
                                    and pieces[-1][-1] not in {"^C", "EOF"}):  # fmt: skip
            pieces[-1].append(line)
        elif line != "!":
            pieces.append([line])
    return pieces


@st.composite
def pairs(draw):
    """A generated configuration, and the same with lines dropped, altered and added."""
    index, platform, indent = draw(PLATFORMS)
    text = generate.configuration(index, 20, seed=draw(st.integers(0, 5)))
    pieces = top(text)
    other = []
    for piece in pieces:
        action = draw(st.sampled_from(["keep"] * 8 + ["drop", "thin", "alter"]))
        if action == "drop" and not piece[0].startswith(("hostname", "interface Gi", "interface E",
                                                         "line", "management")):  # fmt: skip
            continue
        if piece[0].startswith("banner") or len(piece) == 1:
            other.append(piece)
        elif action == "thin":
            other.append([piece[0], *draw(st.permutations(piece[1:]))[: len(piece) // 2 + 1]])
        elif action == "alter" and piece[0].startswith("interface"):
            word = draw(st.text("abc xyz-1", min_size=1, max_size=9)).strip() or "x"
            rest = [line for line in piece[1:] if "description" not in line]
            other.append([piece[0], f"{indent}description {word}", *rest])
        else:
            other.append(piece)
    if draw(st.booleans()):
        other.append([f"ntp server 10.9.9.{draw(st.integers(1, 250))}"])
    return platform, indent, text, "\n".join(line for piece in other for line in piece) + "\n"


def device(text, lines, indent):
    root = parse(text)
    editor = Editor(root)
    for line in "\n".join(lines).split("\n"):
        if not editor.swallowing and not line.startswith(" "):
            editor.path.clear()
        assert editor.type_line(line) == "", line
    return "\n".join(render(root, indent=indent)) + "\n"


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_remediation_leaves_no_difference(pair):
    platform, indent, running, intended = pair
    found = drift.assess(running, intended, platform=platform)
    after = device(running, found.remediation, indent)
    assert found.refusals == ()
    assert drift.assess(after, intended, platform=platform).differences == ()


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_rollback_after_remediation_restores_what_ran(pair):
    platform, indent, running, intended = pair
    found = drift.assess(running, intended, platform=platform)
    after = device(device(running, found.remediation, indent), found.rollback, indent)
    assert drift.assess(after, running, platform=platform).differences == ()


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_remediation_sent_twice_changes_nothing_more(pair):
    platform, indent, running, intended = pair
    lines = drift.assess(running, intended, platform=platform).remediation
    once = device(running, lines, indent)
    assert drift.assess(once, device(once, [], indent), platform=platform).in_sync


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.text(max_size=400), st.sampled_from(names()))
def test_any_two_texts_are_judged_or_refused_as_no_text(a, b, platform):
    try:
        found = drift.assess(a, b, platform=platform)
    except drift.NotText:
        return
    assert found.in_sync is not bool(found.differences)
