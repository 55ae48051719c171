"""Images staged and booted, over REST."""

from inventory.models import Device

MD5 = "0123456789abcdef" * 2


def body(office, **more):
    return {
        "devices": [office.ids["r1"]], "image": "new.bin", "checksum": MD5, "title": "New",
        "reason": "asked", **more,
    }  # fmt: skip


def upgrade(office, **more):
    with office.acting("arranger") as ctx:
        device = ctx.get(Device, office.ids["r1"])
        device.os_version = "15.2(4)E10"
        ctx.record("test.arranged", device)
    return body(office, os_version="15.2(7)E8", former="old.bin", **more)


def staging(office, **more):
    return body(office, source="http://images.example/new.bin", size=1000, **more)


def test_an_upgrade_is_asked_for(office, rest):
    made = rest("engineer", "post", "/upgrades", json=upgrade(office))
    assert made.status_code == 201, made.text
    told = made.json()["plan"]
    assert (told["playbook"], told["way_back"]) == ("upgrade", "former_image")
    assert told["targets"][0]["release"]["former_version"] == "15.2(4)E10"


def test_an_image_is_asked_to_be_put_there(office, rest):
    made = rest("engineer", "post", "/stagings", json=staging(office))
    assert made.status_code == 201, made.text
    assert made.json()["plan"]["targets"][0]["variables"]["trimtab_image"]["size"] == 1000


def test_without_a_way_back_it_is_refused(office, rest):
    answer = rest("engineer", "post", "/upgrades", json=upgrade(office) | {"former": ""})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_safe_commands")


def test_who_may_not_request_upgrades_nothing(office, rest):
    assert rest("auditor", "post", "/upgrades", json=upgrade(office)).status_code == 403
    assert rest("auditor", "post", "/stagings", json=staging(office)).status_code == 403
