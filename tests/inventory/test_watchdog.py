"""Watchdogs on real FRR routers and a real Linux server: files and configurations come back."""

import time

import pytest

from inventory.drivers import watchdog
from inventory.drivers.applied import SaveMode
from inventory.drivers.errors import DeviceError
from inventory.drivers.guards import Guard, GuardImpossible, GuardNotArmed
from inventory.drivers.login import Login, PublicKey
from inventory.drivers.push import apply_lines
from inventory.drivers.settling import confirm, undo_now
from tests.real_devices import real_lab

__all__ = ["real_lab"]

pytestmark = [pytest.mark.real, pytest.mark.slow]
LINES = ["interface lo", " description guarded"]
HELD = "/etc/trimtab-held"
NEW = "/etc/trimtab-new"


def login_to(device, **options) -> Login:
    algorithm, key = device.host_key.split()[:2]
    return Login(
        hostname=device.hostname, address=device.address, port=device.port,
        platform=device.platform, username=device.username, key=device.key,
        driver=device.platform, host_key=PublicKey(algorithm=algorithm, public_key=key),
        options=options,
    )  # fmt: skip


@pytest.fixture
def router(real_lab):
    router = real_lab[0]
    yield router
    router.type_lines(["interface lo", "no description"])


@pytest.fixture
def server(real_lab):
    server = real_lab[2]
    server.run(f"printf 'as it was\\n' >{HELD}; chmod 640 {HELD}; rm -f {NEW}")
    yield server
    server.run(f"rm -rf {HELD} {NEW} ~/.trimtab")


@pytest.fixture
def guard(request):
    return Guard(kind="watchdog", minutes=1, name=f"trimtab-{abs(hash(request.node.name)) % 10**8}")


def reached(router) -> Login:
    return login_to(router, shell_username="netops-shell")


def shown(router) -> str:
    return router.run("show running-config")


def comes_true(condition) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.2)


def typed(router, guard):
    return apply_lines(reached(router), LINES, save=SaveMode.SAVE, guard=guard)


def test_a_routers_change_goes_back_when_nobody_confirms_it(router, guard, monkeypatch):
    monkeypatch.setattr(watchdog, "MINUTE", 3)
    before = shown(router)
    told = typed(router, guard)
    assert (told.changed, told.guarded, told.saved) == (True, True, None)
    assert "description guarded" in shown(router)
    comes_true(lambda: "description guarded" not in shown(router))
    assert shown(router) == before
    with pytest.raises(GuardNotArmed, match="has gone back by itself"):
        confirm(reached(router), guard)


def test_a_routers_confirmed_change_stays_and_is_saved(router, guard, monkeypatch):
    monkeypatch.setattr(watchdog, "MINUTE", 4)
    typed(router, guard)
    assert "description guarded" not in router.read("/etc/frr/frr.conf")
    assert confirm(reached(router), guard).saved is True
    time.sleep(5)  # longer than the watchdog would have waited
    assert "description guarded" in shown(router)
    assert "description guarded" in router.read("/etc/frr/frr.conf")


def test_a_routers_change_is_undone_at_once(router, guard):
    before = shown(router)
    typed(router, guard)
    undo_now(reached(router), guard)
    assert shown(router) == before
    with pytest.raises(GuardNotArmed):
        undo_now(reached(router), guard)


def test_a_refused_line_takes_a_guarded_router_back_at_once(router, guard):
    before = shown(router)
    told = apply_lines(
        reached(router), [*LINES, "frobnicate"], save=SaveMode.SAVE, guard=guard
    )  # fmt: skip
    assert ([one.line for one in told.refused_lines], told.taken_back) == (["frobnicate"], True)
    assert shown(router) == before


def test_a_router_without_a_shell_arms_nothing_and_types_nothing(router, guard):
    before = shown(router)
    with pytest.raises(DeviceError, match="no account with a shell in its option shell_username"):
        apply_lines(login_to(router), LINES, save=SaveMode.SAVE, guard=guard)
    assert shown(router) == before


def changed(server) -> str:
    server.run(f"printf 'changed\\n' >{HELD}; printf 'new\\n' >{NEW}")
    return contents(server)


def contents(server) -> str:
    return server.run(f"stat -c '%a' {HELD}; cat {HELD}; cat {NEW} 2>/dev/null || echo none")


AS_IT_WAS = "640\nas it was\nnone\n"


def test_a_servers_files_go_back_when_nobody_confirms_them(server, guard, monkeypatch):
    monkeypatch.setattr(watchdog, "MINUTE", 2)
    watchdog.arm(login_to(server), guard, files=[HELD, NEW])
    assert changed(server) == "640\nchanged\nnew\n"
    comes_true(lambda: contents(server) == AS_IT_WAS)
    with pytest.raises(GuardNotArmed):
        confirm(login_to(server), guard)


def test_a_servers_confirmed_files_stay(server, guard, monkeypatch):
    monkeypatch.setattr(watchdog, "MINUTE", 2)
    watchdog.arm(login_to(server), guard, files=[HELD, NEW])
    changed(server)
    assert confirm(login_to(server), guard).saved is None
    time.sleep(3)  # longer than the watchdog would have waited
    assert contents(server) == "640\nchanged\nnew\n"
    assert server.run("ls ~/.trimtab") == ""


def test_a_servers_files_are_put_back_at_once(server, guard):
    watchdog.arm(login_to(server), guard, files=[HELD, NEW])
    changed(server)
    undo_now(login_to(server), guard)
    assert contents(server) == AS_IT_WAS
    assert server.run("pgrep -f 'trimtab.*[/]wait' || echo none") == "none\n"


def test_a_guard_is_armed_once(server, guard):
    watchdog.arm(login_to(server), guard, files=[HELD])
    with pytest.raises(GuardImpossible, match="is armed already; nothing was changed"):
        watchdog.arm(login_to(server), guard, files=[HELD])
    undo_now(login_to(server), guard)
