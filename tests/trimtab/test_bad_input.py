"""Bad input at the command line: one line on standard error, and the documented exit code."""

import os
import shutil
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.database import connect
from trimtab.commands import unit

BEYOND = 2**63  # more than any id

UNKNOWN = (
    "baseline show nothing",
    "change show 99",
    "collect nothing",
    "device show nothing",
    "drift show 99",
    "event show 99",
    "event close 99 --note x",
    "knowledge show 99",
    "problem resolve 99",
    "schedule run nothing",
    "snapshot diff 98 99",
    "snapshot list nothing",
    "snapshot show 99",
    "token revoke 99",
    "post assign 99 admin",
)


@pytest.fixture
def refused(installation):
    """`refused("unit list", code=3)` runs a command; returns its one line of complaint."""

    def run(command, *, code, **more):
        done = installation(command, **more)
        assert (done.exit_code, done.stdout) == (code, ""), done.stderr
        assert (done.stderr[:9], done.stderr.count("\n")) == ("trimtab: ", 1), done.stderr
        return done.stderr

    return run


@contextmanager
def nobody():
    """Root may write everywhere; what is asked in here is asked as an ordinary user."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def locked(monkeypatch):
    """A folder that only its owner may enter, if at all, in a working folder open to everybody."""
    if os.geteuid() == 0 and not all(one.stat().st_mode & 0o005 for one in Path(__file__).parents):
        pytest.skip("an ordinary user could not read this checkout")
    working = Path(tempfile.mkdtemp(prefix="trimtab-tests-"))
    working.chmod(0o755)
    monkeypatch.chdir(working)
    place = working / "locked"
    place.mkdir(mode=0o000)
    yield place
    place.chmod(0o700)
    shutil.rmtree(working)


@pytest.mark.usefixtures("line", "everything")
def test_what_is_not_there_is_not_found(refused):
    for command in UNKNOWN:
        assert refused(command, code=4).endswith("(not_found)\n"), command


@pytest.mark.usefixtures("line", "everything")
@pytest.mark.parametrize("command", ["event show", "snapshot show", "problem resolve"])
def test_a_number_beyond_all_ids_is_no_defect(refused, command):
    assert "defect" not in refused(f"{command} {BEYOND}", code=2)


@pytest.mark.usefixtures("line")
def test_an_argument_that_is_no_text_is_refused(refused):
    assert "invalid_input" in refused(["unit", "add", "a", "b\udcff"], code=2)


@pytest.mark.usefixtures("line")
def test_a_file_with_a_zero_byte_is_refused(refused, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text('code: A\ntitle: "a\\0b"\nbody: b\nclauses: []\n')
    assert "NUL" in refused(["policy", "publish", str(file)], code=2)


@pytest.mark.usefixtures("line")
def test_a_file_that_is_no_yaml_is_refused_in_one_line(refused, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("code: [\n")
    assert "is no YAML" in refused(["policy", "publish", str(file)], code=2)


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize("command", [["policy", "publish"], ["knowledge", "write", "t", "--file"]])
def test_a_file_that_cannot_be_read_as_text_is_named(refused, tmp_path, command):
    file = tmp_path / "file"
    assert f"{file} cannot be read: No such file" in refused([*command, str(file)], code=2)
    file.write_bytes(b"\xff")
    assert f"{file} is no UTF-8 text (byte 0)" in refused([*command, str(file)], code=2)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TRIMTAB_API_PORT", "web", "Setting api_port (TRIMTAB_API_PORT or trimtab.toml) is wrong"),
        ("TRIMTAB_SESSION_HOURS", "0", "session_hours"),
        ("TRIMTAB_CONFIG", "absent.toml", "absent.toml cannot be read"),
    ],
)
def test_a_wrong_value_in_the_environment_is_named(refused, monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    assert said in refused("unit list", code=2)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (b"colour = 1\n", "does not know: colour. `trimtab doctor` lists all"),
        (b"api_port\n", "is not valid TOML"),
        (b"\xff", "is not UTF-8 text"),
        (b"api_port = 'web'\n", "Setting api_port"),
    ],
)
def test_a_wrong_settings_file_is_named(refused, tmp_path, toml, said):
    (tmp_path / "trimtab.toml").write_bytes(toml)
    assert said in refused("unit list", code=2)


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize("command", ["serve", "api", "scheduler", "worker"])
def test_an_unknown_log_level_is_named(refused, monkeypatch, command):
    monkeypatch.setenv("TRIMTAB_LOG_LEVEL", "loud")
    assert "TRIMTAB_LOG_LEVEL is DEBUG, INFO" in refused(command, code=2)


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize("command", ["serve", "api"])
def test_a_port_in_use_is_named_with_its_setting(refused, monkeypatch, command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("TRIMTAB_API_PORT", str(taken.getsockname()[1]))
        assert "TRIMTAB_API_PORT" in refused(command, code=6)


def test_a_queue_that_is_not_there_is_named_with_those_that_are(refused):
    assert "changes, collect, default" in refused("worker --queue nothing", code=2)


def test_a_home_that_cannot_be_written_is_named(refused, monkeypatch, locked):
    monkeypatch.delenv("TRIMTAB_DATABASE_URL")
    monkeypatch.setenv("TRIMTAB_HOME", str(locked / "home"))
    with nobody():
        said = refused("unit list", code=6)
    assert "cannot be written (Permission denied). Set TRIMTAB_HOME" in said


def test_doctor_explains_a_home_that_cannot_be_written(installation, monkeypatch, locked):
    monkeypatch.delenv("TRIMTAB_DATABASE_URL")
    monkeypatch.setenv("TRIMTAB_HOME", str(locked / "home"))
    with nobody():
        done = installation("doctor")
    assert done.exit_code == 1
    assert "look home" in done.stdout
    assert "look database" in done.stdout
    assert "look secret key" in done.stdout


def test_a_database_that_does_not_answer_is_unavailable(refused, monkeypatch):
    monkeypatch.setenv("TRIMTAB_DATABASE_URL", "postgresql://ann:hunter2@127.0.0.1:1/trimtab")
    said = refused("unit list", code=6)
    assert "hunter2" not in said
    assert "Check TRIMTAB_DATABASE_URL" in said


def test_an_outdated_schema_is_told_to_be_upgraded(refused, database_url):
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    said = refused("unit list", code=2)
    assert "has schema 0000" in said
    assert "Run `trimtab init`" in said


@pytest.mark.parametrize(
    "command", ["unit list", "device list", "collect", "scan", "audit verify", "change list"]
)
def test_nothing_is_done_for_who_did_not_sign_in(refused, command):
    assert "Run `trimtab sign-in`" in refused(command, code=3)


def test_a_token_that_is_none_is_refused(refused, monkeypatch):
    monkeypatch.setenv("TRIMTAB_TOKEN", "trimtab_nonsense")
    assert "token_refused" in refused("unit list", code=3)


def test_a_sign_in_that_cannot_be_read_is_named(refused, monkeypatch, locked):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(locked))
    with nobody():
        assert "cannot be read (Permission denied)" in refused("unit list", code=3)


def test_a_sign_in_that_cannot_be_kept_issues_no_token(line, refused, monkeypatch, tmp_path):
    before = line.json("token list")
    (tmp_path / "file").touch()
    with monkeypatch.context() as moved:
        moved.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
        moved.setenv("TRIMTAB_PASSWORD", "correct horse battery")
        assert "Set XDG_CONFIG_HOME to a folder" in refused("sign-in admin", code=2)
    assert line.json("token list") == before


@pytest.mark.usefixtures("line")
def test_a_database_that_goes_away_is_unavailable(refused, monkeypatch):
    def gone(_ctx):
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection\nreally"))

    monkeypatch.setattr(unit.units, "list_units", gone)
    assert "went away: server closed the connection. Look" in refused("unit list", code=6)


def test_a_defect_is_one_line_and_shows_its_place_on_request(line, refused, monkeypatch):
    monkeypatch.setattr(unit.units, "list_units", lambda _ctx: 1 / 0)
    assert "ZeroDivisionError: division by zero. This is a defect" in refused("unit list", code=70)
    monkeypatch.setenv("TRIMTAB_LOG_LEVEL", "DEBUG")
    assert "Traceback" in line("unit list").stderr


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize("command", ["event list", "drift list", "device list"])
def test_a_state_that_is_not_there_is_refused_with_those_that_are(installation, command):
    done = installation(f"{command} --state nonsense")
    assert done.exit_code == 2
    assert "is not one of" in done.stderr
