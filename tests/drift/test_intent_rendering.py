"""Templates rendered in a process of their own: bounded, and every error at its place."""

import io
import json
from pathlib import Path

import pytest

from drift.intent import child, renderer
from drift.intent.model import IntentWrong, RenderingStopped
from drift.intent.renderer import Renderer
from drift.intent.rendering import LARGEST_TEXT, Fault, Job
from drift.intent.rendering import render as rendered


@pytest.fixture
def render(folder, put, shared):
    """Render a template with variables."""

    def made(text, **variables):
        put("t.j2", text)
        return shared.render(Job(folder=str(folder), template="t.j2", variables=variables))

    return made


def test_templates_include_others(render, put):
    put("parts/ntp.j2", "ntp server {{ ntp }}\n")
    assert render("a\n{% include 'parts/ntp.j2' %}\nb\n", ntp="192.0.2.1") == (
        "a\nntp server 192.0.2.1\nb\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb {{ ntp }}\n", r"t.j2, line 2: 'ntp' is undefined"),
        ("a\n{{ site.vlans }}\n", r"t.j2, line 2: .*no attribute 'vlans'"),
        ("a\n{% if %}\n", r"t.j2, line 2: "),
        ("a\n\n{% include 'part.j2' %}\n", r"part.j2, line 3: 'far' is undefined"),
        ("{% include 'gone.j2' %}", r"t.j2, line 1: there is no template gone.j2"),
        ("{% include '../../etc/passwd' %}", r"there is no template"),
        ("{{ 1 / 0 }}", r"t.j2, line 1: division by zero"),
        ("{{ ''.__class__.__mro__ }}", r"t.j2, line 1: .*__class__"),
        ("{{ [1] | random }}", r"line 1: No filter named 'random'"),
        ("{{ site.update({'a': 1}) }}", r"line 1: .*update.* is unsafe"),
        ("{% for a in range(999999) %}{% endfor %}", r"line 1: Range too big"),
        ("{{ '%900000000d' | format(1) }}", r"t.j2.*memory"),
    ],
    ids=["missing", "attribute", "syntax", "include", "gone", "outside", "arithmetic", "class",
         "chance", "write", "range", "memory"],
)  # fmt: skip
def test_an_error_names_file_line_and_what_is_missing(render, put, text, said):
    put("part.j2", "a\nb\n{{ far }}\n")
    with pytest.raises(IntentWrong, match=said) as raised:
        render(text, site={})
    assert raised.value.code == "intent_wrong"


def test_a_text_that_grows_too_large_is_stopped(render):
    with pytest.raises(IntentWrong, match=f"more than {LARGEST_TEXT} characters"):
        render("{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}")


def test_a_template_that_takes_too_long_is_stopped_and_the_next_one_is_rendered(render, shared):
    assert render("ok") == "ok"
    shared.seconds = 0.3
    loop = "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
    with pytest.raises(RenderingStopped, match=r"t.j2 was stopped: it took more than 0.3 seconds"):
        render(loop)
    shared.seconds = 10
    assert render("ok again") == "ok again"


def test_a_rendering_process_that_ended_meanwhile_is_begun_again(render, shared):
    render("one")
    shared._process.kill()
    shared._process.wait()
    assert render("two") == "two"


def test_a_rendering_process_that_cannot_work_is_told(folder, put, monkeypatch):
    put("t.j2", "x")
    monkeypatch.setattr(renderer, "COMMAND", ("/bin/false",))
    own = Renderer()
    with pytest.raises(RenderingStopped, match=r"t.j2: the rendering process ended: it could not"):
        own.render(Job(folder=str(folder), template="t.j2", variables={"a": "x" * 500_000}))
    own.close()


def test_a_template_that_is_too_large_is_not_read(render, put):
    put("large.j2", "x" * 1_000_001)
    with pytest.raises(IntentWrong, match=r"no template large.j2"):
        render("{% include 'large.j2' %}")


def test_the_environment_of_the_platform_is_not_there(folder, put, shared, monkeypatch):
    monkeypatch.setenv("TRIMTAB_SECRET", "hunter2")
    put("t.j2", "x")
    shared.close()
    shared.render(Job(folder=str(folder), template="t.j2", variables={}))
    assert Path(f"/proc/{shared._process.pid}/environ").read_bytes() == b""


def test_a_job_a_line_has_its_outcome_a_line(folder, put):
    put("good.j2", "hostname {{ name }}\n")
    put("syntax.j2", "a\n{% if %}\n")
    put("part.j2", "a\n{{ name.far }}\n")
    put("outer.j2", "{% include 'part.j2' %}")
    put("large.j2", "{% for a in range(600) %}{{ name * 9999 }}{% endfor %}")
    names = ["good.j2", "syntax.j2", "outer.j2", "gone.j2", "large.j2"]
    jobs = [
        json.dumps({"folder": str(folder), "template": name, "variables": {"name": "r"}})
        for name in names
    ]
    told = io.StringIO()
    child.serve(io.StringIO("".join(f"{job}\n" for job in jobs)), told)
    good, *bad = [json.loads(line) for line in told.getvalue().splitlines()]
    assert good == {"text": "hostname r\n"}
    assert [(one["file"], one["line"]) for one in bad] == [
        ("syntax.j2", 2), ("part.j2", 2), ("gone.j2", 0), ("large.j2", 0),
    ]  # fmt: skip


def test_a_template_that_exhausts_the_memory_is_a_fault(folder, put):
    def hungry():
        raise MemoryError

    put("t.j2", "{{ hungry() }}")
    job = Job(folder=str(folder), template="t.j2", variables={"hungry": hungry})
    assert rendered(job) == Fault(what="it needs too much memory", file="t.j2", line=1)
