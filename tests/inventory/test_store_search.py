"""Search over all current configurations."""

import time

import pytest

from core.errors import InvalidInput
from inventory.completeness import Doubt
from inventory.store.patterns import LONGEST, Place, expression, places
from inventory.store.search import Where, search
from organization.models import Person
from organization.permissions import PostAuthority
from tests.factories import make_device, make_post, make_site, make_unit
from tests.inventory.store_rows import config, show

NTP = "ntp server 10.0.0.1"


def found(text, pattern, *, how="literal", most=10):
    return places(text.encode(), expression(pattern, how=how), most=most)


def test_a_line_is_found_with_its_number_and_its_section():
    assert found("a\nrouter bgp 1\n neighbor 10.0.0.1\n", "10.0.0.1") == [
        Place(number=3, line=" neighbor 10.0.0.1", section=("router bgp 1",))
    ]


def test_a_literal_pattern_has_no_special_characters():
    assert [one.line for one in found("a.c\nabc\n", "a.c")] == ["a.c"]


def test_the_ends_of_an_expression_are_those_of_lines():
    assert [one.number for one in found("ab\nb\nba\n", "^b$", how="regex")] == [2]


def test_an_expression_never_reaches_into_the_next_line():
    assert found("a\nb\n", r"a\sb", how="regex") == []
    assert found("a\nb\n", r"[^x]b", how="regex") == []


def test_a_line_that_fits_twice_is_told_once():
    assert [one.number for one in found("aa\n", "a")] == [1]


def test_an_expression_that_fits_nothing_fits_each_line_once():
    assert [one.number for one in found("a\n\nb\n", "x*", how="regex")] == [1, 2, 3]


def test_no_more_places_than_asked_for():
    assert len(found("a\n" * 100, "a", most=7)) == 7


@pytest.mark.parametrize("pattern", ["(a", r"(a)\1", "(?=a)", "a{2000}"])
def test_what_is_no_expression_is_said(pattern):
    with pytest.raises(InvalidInput, match="regular expression"):
        expression(pattern, how="regex")


@pytest.mark.parametrize("pattern", ["", "a\nb", "a" * (LONGEST + 1)])
def test_what_is_no_pattern_is_said(pattern):
    with pytest.raises(InvalidInput, match="one line"):
        expression(pattern, how="literal")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}"])
def test_an_evil_expression_takes_no_longer_than_any_other(pattern):
    begun = time.perf_counter()
    found("a" * 100_000 + "b\n", pattern, how="regex")
    assert time.perf_counter() - begun < 5


def test_the_current_configurations_are_searched_in_the_order_of_names(ctx):
    for name in ("r2", "r1"):
        device = make_device(ctx, hostname=name)
        show(ctx, device, config("ntp server 10.9.9.9"))
        show(ctx, device, config(NTP))
    told = search(ctx, NTP)
    assert [(one.hostname, one.place.number) for one in told.hits] == [("r1", 61), ("r2", 61)]
    assert (told.searched, told.ended) == (2, "all")
    assert search(ctx, "10.9.9.9").hits == ()


def test_what_is_not_trusted_is_not_searched(ctx):
    device = make_device(ctx)
    show(ctx, device, config())
    show(ctx, device, config(NTP), doubts=[Doubt(kind="cut", detail="x")])
    assert search(ctx, NTP).hits == ()


def test_a_retired_device_is_not_searched(ctx):
    show(ctx, make_device(ctx, state="retired"), config(NTP))
    assert search(ctx, NTP).searched == 0


def test_the_search_is_narrowed_by_platform_site_and_unit(ctx):
    above = make_unit(ctx)
    here = make_site(ctx, unit=make_unit(ctx, parent=above))
    mine = make_device(ctx, site=here, platform="arista_eos")
    for device in (mine, make_device(ctx)):
        show(ctx, device, config(NTP))
    for where in (
        Where(platform="arista_eos"), Where(site=here.code), Where(unit=above.code),
    ):  # fmt: skip
        assert [one.device_id for one in search(ctx, NTP, where=where).hits] == [mine.id]


def test_what_lies_in_another_jurisdiction_is_not_searched(ctx):
    mine, other = make_device(ctx), make_device(ctx)
    make_post(
        ctx, unit=mine.site.unit, permissions=["snapshot.read"],
        holder=ctx.get(Person, ctx.person.person_id),
    )  # fmt: skip
    for device in (mine, other):
        show(ctx, device, config(NTP))
    ctx.authority = PostAuthority(now=ctx.now)
    assert [one.device_id for one in search(ctx, NTP).hits] == [mine.id]


def test_a_search_ends_at_its_number_of_hits(ctx):
    show(ctx, make_device(ctx), config(*[f"{NTP}{n}" for n in range(5)]))
    told = search(ctx, NTP, limit=3)
    assert (len(told.hits), told.ended) == (3, "hits")


def test_a_search_ends_when_its_time_is_up(ctx):
    for _ in range(2):
        show(ctx, make_device(ctx), config(NTP))
    told = search(ctx, "nothing", seconds=0)
    assert (told.searched, told.ended) == (1, "time")
