"""Settings from the environment and one TOML file."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from core import settings as settings_module
from core.errors import SettingsError
from core.settings import Settings, default_home, load_settings


@pytest.fixture
def file(tmp_path, monkeypatch):
    place = tmp_path / "trimtab.toml"
    place.touch()
    monkeypatch.setenv("TRIMTAB_CONFIG", str(place))
    return place


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(file, monkeypatch):
    file.write_text("api_port = 9000\nworker_jobs = 7\n")
    monkeypatch.setenv("TRIMTAB_API_PORT", "9001")
    loaded = load_settings()
    assert (loaded.api_port, loaded.worker_jobs, loaded.lease_seconds) == (9001, 7, 60)


def test_every_setting_is_explained():
    assert [name for name, of in Settings.model_fields.items() if not of.description] == []


def test_settings_are_not_changed_while_they_are_in_use(settings):
    with pytest.raises(ValidationError, match="frozen"):
        settings.api_port = 1


def test_an_empty_variable_is_no_setting(file, monkeypatch):
    file.write_text('database_url = ""\n')
    monkeypatch.setenv("TRIMTAB_API_PORT", "")
    loaded = load_settings()
    assert (loaded.api_port, bool(loaded.database_url)) == (8440, False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("api_prot = 1\n", "does not know: api_prot"),
        ("api_port = \n", "not valid TOML"),
        ("api_port = 70000\n", "Setting api_port .TRIMTAB_API_PORT or .*: Input should be less"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_reason(file, text, reason):
    file.write_text(text)
    with pytest.raises(SettingsError, match=reason) as refused:
        load_settings()
    assert str(file) in refused.value.message


def test_a_file_that_is_no_text_is_refused(file):
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings()


def test_a_named_file_that_is_not_there_is_refused(file):
    file.unlink()
    with pytest.raises(SettingsError, match="No such file"):
        load_settings()


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIMTAB_CONFIG", str(tmp_path))
    with pytest.raises(SettingsError, match="Is a directory"):
        load_settings()


def test_without_a_file_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.delenv("TRIMTAB_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert load_settings().api_port == 8440


def test_notification_addresses_come_with_spaces_from_the_environment(monkeypatch):
    monkeypatch.setenv("TRIMTAB_NOTIFY_URLS", "json://one  mailto://two")
    assert load_settings().notify_urls == (SecretStr("json://one"), SecretStr("mailto://two"))


def test_notification_addresses_come_as_a_list_from_the_file(file):
    file.write_text('notify_urls = ["json://one", "mailto://two"]\n')
    assert load_settings().notify_urls == (SecretStr("json://one"), SecretStr("mailto://two"))


def test_relays_are_addresses_and_networks(monkeypatch):
    monkeypatch.setenv("TRIMTAB_SYSLOG_RELAYS", "10.0.0.9 2001:db8::/64")
    assert [str(one) for one in load_settings().syslog_relays] == ["10.0.0.9/32", "2001:db8::/64"]


def test_a_relay_that_is_no_address_is_refused(monkeypatch):
    monkeypatch.setenv("TRIMTAB_SYSLOG_RELAYS", "relay1")
    with pytest.raises(SettingsError, match="TRIMTAB_SYSLOG_RELAYS"):
        load_settings()


def test_what_may_hold_a_password_is_not_shown(monkeypatch):
    monkeypatch.setenv("TRIMTAB_DATABASE_URL", "postgresql://u:geheim@localhost/x")
    monkeypatch.setenv("TRIMTAB_NOTIFY_URLS", "json://u:geheim@localhost")
    assert "geheim" not in repr(load_settings())


@pytest.mark.parametrize(("uid", "shared"), [(0, True), (1000, False)])
def test_only_roots_state_lives_where_every_user_may_enter(monkeypatch, uid, shared):
    monkeypatch.setattr(settings_module.os, "geteuid", lambda: uid)
    assert (default_home() == Path("/var/lib/trimtab")) is shared


def test_the_key_lies_in_the_home_unless_another_place_is_named(tmp_path):
    assert Settings(home=tmp_path).key_path == tmp_path / "secret.key"
    elsewhere = tmp_path / "safe" / "key"
    assert Settings(home=tmp_path, secret_key_file=elsewhere).key_path == elsewhere
