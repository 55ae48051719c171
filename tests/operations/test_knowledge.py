"""Knowledge articles: written, revised, offered, linked."""

import pytest

from core.errors import InvalidInput, NotFound, NotPermitted
from operations import events, knowledge
from operations.knowledge import html_of, linked_to, list_articles, offered_for, revise
from operations.models import EventArticle
from operations.problems import open_problem
from tests.acting import acting
from tests.factories import make_person, make_unit


@pytest.fixture
def write(ctx):
    make_unit(ctx)

    def put(title="Clean optics", body="Use *alcohol*.", by=ctx, **values):
        return knowledge.write_article(by, title=title, body=body, **values)

    return put


def test_an_article_is_written_by_a_named_person(operator, write, clock):
    article = write(by=operator)
    [version] = article.versions
    assert (version.version, version.body, version.written_at) == (1, "Use *alcohol*.", clock())
    assert (version.written_by_id, article.label) == (operator.person.person_id, "Clean optics")
    assert operator.recorded == ["article.written"]


def test_a_revised_article_keeps_its_earlier_versions(operator, write):
    article = write(by=operator)
    revise(operator, article.id, body="Use a cleaner.")
    revise(operator, article.id, body="Call us.")
    assert [(one.version, one.body) for one in article.versions] == [
        (1, "Use *alcohol*."), (2, "Use a cleaner."), (3, "Call us."),
    ]  # fmt: skip
    assert operator.recorded == ["article.written", "article.revised", "article.revised"]


@pytest.mark.parametrize(("title", "body"), [("", "x"), (" ", "x"), ("x", " \n")])
def test_an_article_needs_a_title_and_a_text(ctx, write, title, body):
    with pytest.raises(InvalidInput, match="needs a title and a text"):
        write(title, body)
    assert ctx.recorded == []


def test_an_article_is_not_revised_into_nothing(ctx, write):
    with pytest.raises(InvalidInput, match="needs a text"):
        revise(ctx, write().id, body=" ")


def test_articles_are_listed_by_title(ctx, write):
    b, a = write("b"), write("a")
    assert list_articles(ctx) == [a, b]


def test_articles_are_offered_for_the_fingerprint_first_and_then_for_the_kind(ctx, write, happen):
    event = happen("link")
    kind = write(event_kind="link")
    platform = write(event_kind="link", platform="cisco_ios")
    exact = write(fingerprint=event.fingerprint)
    for other in (
        {"event_kind": "drift"}, {"event_kind": "link", "platform": "arista_eos"},
        {"event_kind": "link", "fingerprint": "link:4711"}, {},
    ):  # fmt: skip
        write(**other)
    assert offered_for(ctx, event) == [exact, kind, platform]


def test_for_an_event_of_no_device_no_platform_counts(ctx, write, happen):
    write(event_kind="link", platform="cisco_ios")
    kind = write(event_kind="link")
    assert offered_for(ctx, happen("link", on=None)) == [kind]


def test_articles_about_the_problem_behind_an_event_are_offered_for_it(ctx, write, happen):
    event, problem = happen("link"), open_problem(ctx, title="Bad optics")
    kind, written, later = write(event_kind="link"), write(problem=problem), write()
    knowledge.link_problem(ctx, later.id, problem.id)
    assert knowledge.about(ctx, problem) == [written, later]
    assert offered_for(ctx, event) == [kind]
    events.link_problem(ctx, event.id, problem.id)
    assert offered_for(ctx, event) == [written, later, kind]
    assert ctx.recorded[-2:] == ["article.linked", "event.linked"]


def test_an_article_that_helped_is_linked_to_the_event_once(ctx, operator, write, happen):
    event, article = happen(), write()
    for _ in range(2):
        knowledge.link(operator, article.id, event.id)
    assert (linked_to(operator, event), ctx.session.query(EventArticle).count()) == ([article], 1)
    with pytest.raises(NotFound, match="no article 4711"):
        knowledge.link(operator, 4711, event.id)


def test_articles_are_read_and_written_by_who_may(ctx, operator, write, happen, devices, units):
    article, elsewhere = write(), happen(on=devices[1])
    problem = open_problem(ctx, title="Bad power", unit=units[1])
    stranger = acting(ctx, make_person(ctx))
    for action in (
        lambda: write(by=stranger),
        lambda: revise(stranger, article.id, body="x"),
        lambda: list_articles(stranger),
        lambda: offered_for(stranger, elsewhere),
        lambda: linked_to(stranger, elsewhere),
        lambda: knowledge.about(stranger, problem),
        lambda: knowledge.link_problem(stranger, article.id, problem.id),
        lambda: knowledge.link(operator, article.id, elsewhere.id),
        lambda: knowledge.link_problem(operator, article.id, problem.id),
    ):
        with pytest.raises(NotPermitted):
            action()


def test_markdown_becomes_html():
    assert html_of("# Clean\n\n1. `show log`\n\n| a |\n|---|\n| b |\n") == (
        "<h1>Clean</h1>\n<ol>\n<li><code>show log</code></li>\n</ol>\n"
        "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](vbscript:x)",
    ],
)
def test_nothing_that_runs_gets_through_markdown(body):
    html = html_of(body)
    assert not any(tag in html for tag in ("<script", "<img", "<a"))
