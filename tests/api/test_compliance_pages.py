"""Compliance as pages: by rule, by device, one rule with its clauses."""

from itertools import count

import pytest

from drift import observation
from drift.attribution import unexplained
from inventory import snapshots
from inventory.sites import site_by_code
from organization import policies
from organization.models import Unit
from organization.policies import ClauseText
from tests.api.forms import sign_in
from tests.api.samples.basics import HOSTILE
from tests.api.test_baseline_pages import cells
from tests.api.test_network_pages import soup
from tests.factories import make_device

RULE = "TT-LNX-KERNEL-1"
OPEN = "[sysctl]\n kernel.randomize_va_space = 0\n"
_names = count(1)


@pytest.fixture
def server(world):
    """A server that breaks a rule."""
    with world.context() as ctx:
        device = make_device(
            ctx, site=site_by_code(ctx, world.site), hostname=f"srv-{next(_names):03}",
            platform="linux",
        )  # fmt: skip
        snapshots.store(ctx, device, source="running", text=OPEN, doubts=(), facts={})
        ctx.record("device.collected", device)
        observation.judge_device(ctx, device.id, attribute=unexplained)
        return device.hostname


@pytest.fixture
def clause(world):
    """A clause that the rule watches, of a policy of its own."""
    with world.context() as ctx:
        version = policies.publish(
            ctx, code=f"ISO {next(_names)}", title=HOSTILE.replace("\x1b", ""), body="x",
            unit=ctx.get(Unit, world.unit_id),
            clauses=[ClauseText(number="8.9", text="Hardened.", rules=(RULE,))],
        )  # fmt: skip
        return version.clauses[0].id


@pytest.fixture
def auditor(browser):
    sign_in(browser, "auditor")
    return browser


def rules(page):
    """The rules of the table, none where it is empty."""
    found = page.find("table", attrs={"aria-label": "Rules"})
    return {row[0]: row for row in cells(page, "Rules")} if found else {}


def devices(page):
    found = page.find("table", attrs={"aria-label": "Devices"})
    return {row[0]: row for row in cells(page, "Devices")} if found else {}


@pytest.mark.usefixtures("server")
def test_each_rule_counts_the_devices_that_break_it(auditor):
    row = rules(soup(auditor.get("/compliance")))[RULE]
    assert int(row[3]) >= 1
    assert row[2] == "major"


@pytest.mark.usefixtures("server")
def test_a_rule_leads_to_the_clause_that_it_watches(auditor, clause):
    page = soup(auditor.get("/compliance", params={"rule": RULE}))
    link = page.find("a", href=f"/policies#clause-{clause}")
    assert link.text.endswith("8.9")
    assert soup(auditor.get("/policies")).find(id=f"clause-{clause}")


@pytest.mark.usefixtures("server")
def test_rules_are_filtered_by_name_severity_and_site(auditor):
    def found(**query):
        return set(rules(soup(auditor.get("/compliance", params=query))))

    assert found(rule=RULE) == {RULE}
    assert RULE in found(severity="major", site="hq")
    assert RULE not in found(severity="info")
    assert found(site="nowhere") == set()


def test_devices_tell_the_rules_that_they_break(auditor, server):
    page = soup(auditor.get("/compliance/devices", params={"rule": RULE}))
    assert devices(page)[server][2] == "1"
    assert f"major {RULE} 0 instead of at least 2" in devices(page)[server][4]


def test_devices_are_filtered_and_told_page_by_page(auditor, server):
    def found(**query):
        return set(devices(soup(auditor.get("/compliance/devices", params=query))))

    assert server in found(site="hq", severity="major", after="srv-00")
    assert server not in found(after=server)
    assert found(site="nowhere") == set()


def test_a_rule_tells_why_it_exists_and_who_breaks_it(auditor, server):
    page = soup(auditor.get(f"/compliance/rules/{RULE}"))
    assert server in devices(page)
    assert "Broken by" in page.main.text
    assert devices(soup(auditor.get(f"/compliance/rules/{RULE}?site=nowhere"))) == {}


def test_a_rule_that_does_not_exist_is_not_found(auditor):
    assert auditor.get("/compliance/rules/NO-SUCH").status_code == 404


@pytest.mark.parametrize("path", ["", "/devices", f"/rules/{RULE}"])
def test_who_holds_no_post_sees_no_compliance(browser, path):
    sign_in(browser, "stranger")
    assert browser.get(f"/compliance{path}").status_code == 403
