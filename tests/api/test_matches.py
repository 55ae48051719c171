"""Lines around what a search found, and what fits marked. Pure."""

from hypothesis import given
from hypothesis import strategies as st

from api.web.matches import Piece, matches
from inventory.store.patterns import expression, places
from inventory.store.search import Hit

SOME = {"device_id": 1, "hostname": "core-01", "site": "LYS", "platform": "cisco_ios"}


def found(text, pattern, *, around, how="literal", snapshot_id=7):
    finder = expression(pattern, how=how)
    hits = [
        Hit(snapshot_id=snapshot_id, place=one, **SOME)
        for one in places(text.encode(), finder, most=1000)
    ]
    return matches(hits, {snapshot_id: text}, finder, around=around)


def numbers(match):
    return [[line.number for line in one.lines] for one in match.excerpts]


def test_lines_around_that_meet_are_one_excerpt():
    text = "".join(f"{'x' if n in {3, 6, 20} else 'y'}\n" for n in range(1, 21))
    [match] = found(text, "x", around=1)
    assert numbers(match) == [[2, 3, 4, 5, 6, 7], [19, 20]]
    assert match.hits == 3


def test_sections_are_told_where_the_lines_do_not_show_them():
    text = "interface A\n one\n two\n three\n x\n"
    [match] = found(text, "x", around=1)
    assert match.excerpts[0].section == ("interface A",)
    [match] = found(text, "x", around=4)
    assert match.excerpts[0].section == ()


def test_hits_of_one_section_stand_together_without_lines_around():
    text = "interface A\n x\n y\n x\ninterface B\n x\n"
    [match] = found(text, "x", around=0)
    assert [one.section for one in match.excerpts] == [("interface A",), ("interface B",)]
    assert numbers(match) == [[2, 4], [6]]


def test_everything_that_fits_in_a_line_is_marked():
    [match] = found("ntp 10.0.0.1 10.0.0.2 é\n", r"10\.0\.0\.\d", around=0, how="regex")
    assert match.excerpts[0].lines[0].pieces == (
        Piece(text="ntp ", fits=False), Piece(text="10.0.0.1", fits=True),
        Piece(text=" ", fits=False), Piece(text="10.0.0.2", fits=True),
        Piece(text=" é", fits=False),
    )  # fmt: skip


def test_a_text_that_is_not_kept_any_more_shows_the_hits_alone():
    finder = expression("x", how="literal")
    [place] = places(b"a\nx\nb\n", finder, most=1)
    [match] = matches([Hit(snapshot_id=7, place=place, **SOME)], {}, finder, around=2)
    assert numbers(match) == [[2]]


@given(
    st.text(alphabet="ax \n\r\x0b\x0c\x85\u2028é", max_size=200), st.integers(0, 3)
)  # fmt: skip
def test_lines_are_numbered_and_told_as_the_search_tells_them(text, around):
    for match in found(text, "x", around=around):
        for line in (line for one in match.excerpts for line in one.lines):
            told = "".join(piece.text for piece in line.pieces)
            assert told in text
            assert line.hit == ("x" in told)
