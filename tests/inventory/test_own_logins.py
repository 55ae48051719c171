"""Which password is tried on a device while a change replaces it, and which it has afterwards."""

import pytest

from core.secrets import SecretUnavailable
from inventory import own_logins
from inventory.drivers import conversation
from inventory.drivers.errors import AuthenticationRefused
from inventory.logins import login_by, login_for
from inventory.platforms import platform_of
from tests.factories import make_credential, make_device, make_site
from tests.inventory.conftest import login_to


@pytest.fixture
def pair(ctx, monkeypatch):
    """Two devices of one credential, with the secrets OLD and NEW."""
    for name in ("old", "new"):
        monkeypatch.setenv(name.upper(), f"{name}-secret")
    site = make_site(ctx)
    credential = make_credential(ctx, unit=site.unit, password_ref="env:OLD")
    return [make_device(ctx, site=site, credential=credential) for _ in range(2)]


def tried(ctx, device):
    login = login_for(ctx, device)
    return login.password, login.second


def test_without_a_change_the_password_is_the_credentials(ctx, pair):
    assert tried(ctx, pair[0]) == ("old-secret", None)


def test_in_doubt_the_new_password_is_tried_before_the_former_one(ctx, pair):
    own_logins.doubt(ctx, pair[0], "env:NEW", reason="C1")
    assert (tried(ctx, pair[0]), tried(ctx, pair[1])) == (
        ("new-secret", "old-secret"), ("old-secret", None),
    )  # fmt: skip


@pytest.mark.parametrize(("gone", "left"), [("OLD", "new-secret"), ("NEW", "old-secret")])
def test_in_doubt_one_of_the_two_secrets_may_be_gone(ctx, pair, monkeypatch, gone, left):
    own_logins.doubt(ctx, pair[0], "env:NEW", reason="C1")
    monkeypatch.delenv(gone)
    assert tried(ctx, pair[0]) == (left, None)


def test_without_any_of_the_two_secrets_nobody_gets_in(ctx, pair, monkeypatch):
    own_logins.doubt(ctx, pair[0], "env:NEW", reason="C1")
    monkeypatch.delenv("OLD")
    monkeypatch.delenv("NEW")
    with pytest.raises(SecretUnavailable):
        login_for(ctx, pair[0])


def test_whoever_says_which_password_tries_no_other(ctx, pair):
    own_logins.doubt(ctx, pair[0], "env:NEW", reason="C1")
    login = login_by(ctx, pair[0], "env:OLD")
    assert (login.password, login.second) == ("old-secret", None)


def test_one_of_several_devices_has_its_own_password_until_all_have_it(ctx, pair):
    own_logins.use(ctx, pair[0], "env:NEW", reason="C1")
    assert (tried(ctx, pair[0]), tried(ctx, pair[1])) == (
        ("new-secret", None), ("old-secret", None),
    )  # fmt: skip
    own_logins.use(ctx, pair[1], "env:NEW", reason="C1")
    assert (pair[0].credential.password_ref, [one.own_login for one in pair]) == (
        "env:NEW", [{}, {}],
    )  # fmt: skip
    assert ctx.recorded[-3:] == [
        "device.login_switched", "device.login_switched", "credential.rotated",
    ]  # fmt: skip


def test_a_device_in_doubt_keeps_the_credential_from_changing(ctx, pair):
    own_logins.doubt(ctx, pair[1], "env:NEW", reason="C1")
    own_logins.use(ctx, pair[0], "env:NEW", reason="C1")
    assert (pair[0].credential.password_ref, tried(ctx, pair[1])) == (
        "env:OLD", ("new-secret", "old-secret"),
    )  # fmt: skip


def test_a_retired_device_keeps_nobody(ctx, pair):
    pair[1].state = "retired"
    own_logins.use(ctx, pair[0], "env:NEW", reason="C1")
    assert pair[0].credential.password_ref == "env:NEW"


def test_what_went_back_has_nothing_of_its_own(ctx, pair):
    own_logins.doubt(ctx, pair[0], "env:NEW", reason="C1")
    own_logins.use(ctx, pair[0], "env:OLD", reason="C1")
    assert (pair[0].own_login, tried(ctx, pair[0])) == ({}, ("old-secret", None))


def test_a_device_that_moves_to_another_credential_has_nothing_of_its_own(ctx, pair):
    own_logins.doubt(ctx, pair[0], "env:NEW", reason="C1")
    other = make_credential(ctx, unit=pair[0].site.unit, password_ref="env:NEW")
    own_logins.move(ctx, pair[0], other, reason="C1")
    assert (pair[0].credential, tried(ctx, pair[0])) == (other, ("new-secret", None))


def test_the_second_password_gets_in_where_the_first_is_refused(lab):
    device = lab.devices[0]
    login = login_to(device, password="wrong", second=device.password)
    with conversation.opened(login, platform_of(device.platform)) as session:
        assert session.prompt == f"{device.hostname}#"


def test_two_wrong_passwords_get_nobody_in(lab):
    device = lab.devices[0]
    login = login_to(device, password="wrong", second="wrong too")
    before = device.logins
    with (
        pytest.raises(AuthenticationRefused),
        conversation.opened(login, platform_of(device.platform)),
    ):
        pass
    assert device.logins - before == 2
