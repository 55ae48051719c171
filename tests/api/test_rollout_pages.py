"""Roll-outs as pages: their cohorts, their devices, and who sees them."""

from datetime import timedelta

import pytest

from drift import baselines, observation
from drift.attribution import unexplained
from drift.baselines import Terms
from tests.api.conftest import APPROVED, drift_a_device
from tests.api.forms import sign_in
from tests.api.test_baseline_pages import cells
from tests.api.test_network_pages import soup

DAY = timedelta(days=1)


@pytest.fixture
def rollout(world):
    """A roll-out of its own reason: one device drifted in its first cohort, one waits."""
    with world.context() as ctx:
        made = [drift_a_device(ctx, world) for _ in range(2)]
        reason = f"time servers for {made[0].hostname}"
        for number, one in enumerate(made, start=1):
            text = APPROVED.format(name=one.hostname).replace("10.0.0.1", "10.0.0.2")
            start = ctx.now() + DAY if number > 1 else None
            terms = Terms(valid_from=start, grace=2 * DAY, cohort=number)
            row = baselines.set_intended(ctx, one.device_id, text, reason=reason, terms=terms)
            made[number - 1] = (one, row.id)
        observation.judge_device(ctx, made[0][0].device_id, attribute=unexplained)
    return reason, made


def counts(page, reason):
    """The numbers of each cohort of the roll-out with this reason."""
    panel = page.find("a", string=reason).find_parent("section")
    rows = panel.select("tbody tr")
    return [[cell.text.strip() for cell in row.find_all("td")][3:] for row in rows]


def test_each_cohort_counts_how_its_devices_stand(browser, rollout):
    sign_in(browser, "auditor")
    reason, _ = rollout
    assert counts(soup(browser.get("/rollouts")), reason) == [
        ["1", "0", "0", "0", "1", "0", "0"], ["1", "1", "0", "0", "0", "0", "0"],
    ]  # fmt: skip
    assert reason not in browser.get("/rollouts?state=finished").text


def test_the_devices_of_a_rollout_are_filtered_by_cohort_and_standing(browser, rollout):
    sign_in(browser, "auditor")
    _, ((first, baseline_id), (second, _)) = rollout

    def names(**query):
        page = soup(browser.get(f"/rollouts/{baseline_id}", params=query))
        found = page.find("table", attrs={"aria-label": "Devices"})
        return [row[:3] for row in cells(page, "Devices")] if found else []

    told = [[first.hostname, "drifted", "1"], [second.hostname, "waiting", "2"]]
    assert names() == told
    assert names(cohort=2) == told[1:]
    assert names(standing="drifted") == told[:1]
    assert names(standing="in_sync") == []
    assert names(after=first.hostname) == told[1:]


def test_a_baseline_of_no_rollout_is_not_found(browser, world, drifted):
    sign_in(browser, "auditor")
    with world.context() as ctx:
        row = baselines.baseline_for(ctx, drifted.device_id)
    assert browser.get(f"/rollouts/{row.id}").status_code == 404


def test_an_unknown_standing_is_refused(browser, rollout):
    sign_in(browser, "auditor")
    assert browser.get(f"/rollouts/{rollout[1][0][1]}?standing=happy").status_code == 422


def test_who_holds_no_post_sees_no_rollout(browser, rollout):
    sign_in(browser, "stranger")
    assert browser.get("/rollouts").status_code == 403
    assert browser.get(f"/rollouts/{rollout[1][0][1]}").status_code == 403
