import json
import socket

import pytest
from sqlalchemy import text

from core.database import close, connect
from tests.core.evidence.transit_engine import HeldKey, transit_engine
from tests.trimtab.conftest import PASSWORD
from trimtab.console import out, safe

LISTS = [
    "unit",
    "post",
    "user",
    "token",
    "policy",
    "site",
    "credential",
    "device",
    "snapshot",
    "baseline",
    "drift",
    "event",
    "problem",
    "knowledge",
    "change",
    "schedule",
    "audit",
]


def sign_in(line, username):
    done = line(["sign-in", username, "--password", PASSWORD])
    assert done.exit_code == 0, done.stderr


def hire(line, username, template):
    line.json(["user", "add", username, username.title()])
    post = line.json(["post", "add", template.title(), "--template", template])
    line.json(["post", "assign", str(post["id"]), username])


@pytest.mark.parametrize("noun", LISTS)
def test_every_noun_lists_as_json(line, noun):
    assert isinstance(line.json(f"{noun} list"), list)


def test_a_second_init_leaves_the_people_as_they_were(line):
    done = line("init --username other")
    assert (done.exit_code, "up to date" in done.stdout) == (0, True)
    assert [one["username"] for one in line.json("user list")] == ["admin"]


def test_init_gives_posts_what_their_templates_allow_since(line, database_url):
    """As after an upgrade from a version that knew of no erasing."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE post SET permissions = array_remove(permissions, 'person.erase')")
        )
    close(engine)
    [post] = line.json("post list")
    assert (post["template"], "person.erase" in post["permissions"]) == ("administrator", False)
    told = line("init").stdout
    assert "The post Administrator of root got what its template allows now: person.erase." in told
    assert "person.erase" in line.json("post list")[0]["permissions"]
    [record] = line.json("audit list --action post.extended")
    assert (record["who"], record["facts"]["permissions"]) == ("installer", ["person.erase"])
    assert line.json("init") == {"made": False, "extended": []}


def test_without_init_every_command_says_to_run_it(installation, database_url):
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    close(engine)
    done = installation("unit list")
    assert (done.exit_code, "trimtab init" in done.stderr) == (2, True)


def test_without_a_token_a_command_says_to_sign_in(line, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "elsewhere"))
    done = line("unit list")
    assert (done.exit_code, "trimtab sign-in" in done.stderr) == (3, True)


def test_a_wrong_password_signs_nobody_in(line):
    done = line(["sign-in", "admin", "--password", "not this one"])
    assert (done.exit_code, "sign_in_refused" in done.stderr) == (3, True)


def test_an_unknown_command_is_a_wrong_input(line):
    assert line("frobnicate").exit_code == 2


def test_what_does_not_exist_has_its_own_exit_code(line):
    assert line("change show 99").exit_code == 4


def test_who_holds_no_post_is_not_permitted(line):
    line.json(["user", "add", "nina", "Nina"])
    sign_in(line, "nina")
    assert line(["unit", "add", "north", "North"]).exit_code == 3


def test_units_and_posts_are_made_and_held(line):
    line.json(["unit", "add", "north", "North"])
    hire(line, "erin", "network engineer")
    held = {one["title"]: one["held_by"] for one in line.json("post list")}
    assert held == {"Administrator": ["admin"], "Network Engineer": ["erin"]}


def test_a_post_is_released_and_a_person_deactivated(line):
    hire(line, "erin", "operator")
    line.json("post release 2 erin")
    assert line.json("post list")[1]["held_by"] == []
    assert line.json("user deactivate erin")["active"] is False


def test_a_deactivated_persons_name_is_erased(line):
    hire(line, "erin", "operator")
    line.json("post release 2 erin")
    line.json("user deactivate erin")
    told = line.json("user erase erin --reason asked-for-it")
    assert (told["username"], told["old_records"]) == (f"erased-{told['person_id']}", 0)
    listed = {row["username"]: row["name"] for row in line.json("user list")}
    assert listed[told["username"]] == told["name"]
    facts = [row["facts"] for row in line.json("audit list --action post.assigned")]
    assert told["name"] in {one["person"] for one in facts}


def test_a_post_without_permissions_is_refused(line):
    assert line("post add Nothing").exit_code == 2
    assert line("post add Nothing --template nonsense").exit_code == 2


def test_a_token_is_shown_once_and_revoked(line):
    made = line.json("token issue ci")
    assert made["token"].startswith("trimtab_")
    assert line.json(f"token revoke {made['id']}")["revoked_at"] is not None


def test_problems_go_from_open_to_resolved(line):
    hire(line, "oona", "operator")
    sign_in(line, "oona")
    assert line.json(["problem", "open", "flapping"])["state"] == "open"
    known = line.json(["problem", "known-error", "1", "--root-cause", "optic",
                       "--workaround", "reseat"])  # fmt: skip
    assert known["state"] == "known_error"
    assert line.json("problem resolve 1")["state"] == "resolved"


def test_an_article_is_written_and_revised(line, tmp_path):
    hire(line, "oona", "operator")
    sign_in(line, "oona")
    file = tmp_path / "article.md"
    file.write_text("# Do this")
    line.json(["knowledge", "write", "What to do", "--file", str(file), "--event-kind", "drift"])
    file.write_text("# Do that")
    assert line.json(["knowledge", "revise", "1", "--file", str(file)])["version"] == 2
    assert line.json("knowledge show 1")["body"] == "# Do that"


def test_a_policy_is_published_from_a_file(line, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("code: NET-1\ntitle: Net\nbody: Text\nclauses: [{number: '1', text: A}]\n")
    assert line.json(["policy", "publish", str(file)])["clauses"] == ["1 A"]


def test_a_malformed_policy_names_the_place(line, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("code: NET-1\ntitle: Net\nbody: Text\nclauses: [{number: '1'}]\n")
    done = line(["policy", "publish", str(file)])
    assert (done.exit_code, "clauses.0.text" in done.stderr) == (2, True)


def test_a_change_needs_findings_or_devices(line):
    done = line(["change", "new", "--title", "t", "--reason", "r"])
    assert (done.exit_code, "--finding" in done.stderr) == (2, True)


def test_the_records_verify_and_are_exported_whole(line, tmp_path):
    assert line.json("audit verify")["ok"] is True
    file = tmp_path / "records.jsonl"
    assert line(["audit", "export", "--file", str(file)]).exit_code == 0
    actions = [json.loads(row)["action"] for row in file.read_text().splitlines()]
    assert actions[-1] == "audit.exported"


def settings_of(done):
    return {one["setting"]: one for one in json.loads(done.stdout)["settings"]}


def test_doctor_tells_every_setting_with_value_source_and_meaning(line, tmp_path, monkeypatch):
    monkeypatch.setenv("TRIMTAB_WORKER_JOBS", "3")
    monkeypatch.setenv("TRIMTAB_ANSIBLE_FORKS", "")
    (tmp_path / "trimtab.toml").write_text("session_hours = 8\n")
    told = settings_of(line("doctor --json"))
    assert told["TRIMTAB_API_PORT"] == {
        "setting": "TRIMTAB_API_PORT", "value": "8440", "from": "default",
        "meaning": "Port of the pages and REST.",
    }  # fmt: skip
    found = {name: (one["value"], one["from"]) for name, one in told.items()}
    assert found["TRIMTAB_SESSION_HOURS"] == ("8", "trimtab.toml")
    assert found["TRIMTAB_WORKER_JOBS"] == ("3", "environment")
    assert found["TRIMTAB_ANSIBLE_FORKS"] == ("20", "default")


def test_doctor_hides_secrets(line, monkeypatch):
    monkeypatch.setenv("TRIMTAB_NOTIFY_URLS", "json://ann:hunter2@one.test json://two.test")
    told = settings_of(line("doctor --json"))
    assert told["TRIMTAB_DATABASE_URL"]["value"] == "**********"
    assert told["TRIMTAB_NOTIFY_URLS"]["value"] == "********** **********"
    assert "hunter2" not in line("doctor").stdout


def test_doctor_looks_at_every_part(line):
    names = [one["name"] for one in json.loads(line("doctor --json").stdout)["checks"]]
    assert names == [
        "python", "package names", "home", "disk", "database", "database connection", "ansible",
        "pages", "port", "secret key", "audit key", "audit anchors", "syslog",
    ]  # fmt: skip


def test_doctor_tells_a_key_that_others_may_read(line, tmp_path, monkeypatch):
    key = tmp_path / "key"
    key.write_text("secret")
    key.chmod(0o644)
    monkeypatch.setenv("TRIMTAB_SECRET_KEY_FILE", str(key))
    done = line("doctor")
    assert (done.exit_code, f"chmod 600 {key}" in done.stdout) == (1, True)


def test_doctor_tells_a_key_of_the_log_that_others_may_read(line, tmp_path):
    key = tmp_path / "home" / "audit.key"
    assert f"chmod 600 {key}" not in line("doctor").stdout
    key.chmod(0o640)
    assert f"chmod 600 {key}" in line("doctor").stdout


def test_doctor_tells_where_heads_are_laid_down_and_what_is_not_checked(line, monkeypatch):
    assert "none; see docs/evidence.md" in line("doctor").stdout
    monkeypatch.setenv("TRIMTAB_AUDIT_TSA_URL", "https://tsa.example.net/")
    monkeypatch.setenv("TRIMTAB_AUDIT_ANCHOR_NOTIFY_URLS", "json://ann:hunter2@one.test")
    told = checks_of(line("doctor --json"))["audit anchors"]
    assert told["found"] == "timestamp authority, 1 by notifiers"
    assert "TRIMTAB_AUDIT_TSA_CA" in told["advice"]
    monkeypatch.setenv("TRIMTAB_AUDIT_TSA_CA", "/nowhere.pem")
    assert "no certificates" in checks_of(line("doctor --json"))["audit anchors"]["advice"]


def test_doctor_asks_vault_for_the_key_of_the_log(line, tmp_path, monkeypatch):
    monkeypatch.setenv("TRIMTAB_AUDIT_KEY_VAULT", "transit/trimtab")
    monkeypatch.setenv("VAULT_TOKEN", "root")
    with transit_engine() as vault:
        monkeypatch.setenv("VAULT_ADDR", vault.url)
        told = checks_of(line("doctor --json"))["audit key"]
        assert "rotate-key" in told["advice"]
        (tmp_path / "home" / "audit.key").rename(tmp_path / "audit.key")
        assert found_key(line) == ("vault:transit/trimtab, made at first use", "")
        vault.keys["trimtab"] = HeldKey()
        assert found_key(line) == ("vault:transit/trimtab, version 1", "")
        vault.keys["trimtab"] = HeldKey(exportable=True)
        assert "exportable" in found_key(line)[1]
        vault.sealed = True
        assert "Vault is sealed" in found_key(line)[1]


def found_key(line):
    told = checks_of(line("doctor --json"))["audit key"]
    return told["found"], told["advice"]


def checks_of(done):
    return {one["name"]: one for one in json.loads(done.stdout)["checks"]}


def test_doctor_tells_a_port_in_use(line, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("TRIMTAB_API_PORT", str(taken.getsockname()[1]))
        done = line("doctor")
    assert (done.exit_code, "look port" in done.stdout) == (1, True)


def test_a_hardware_address_stays_as_it_is(capsys):
    out.print(safe("mac 00:ab:cd:ef\tx\x1b[31m"), soft_wrap=True)
    assert capsys.readouterr().out == "mac 00:ab:cd:ef x�[31m\n"
