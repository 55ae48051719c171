"""`trimtab change stage` and `upgrade`: what is requested, and what `show` tells of it."""

from sqlalchemy import select

from inventory.models import Device
from tests.trimtab.conftest import acting

MD5 = "0123456789abcdef" * 2
IMAGE = ["--image", "new.bin", "--checksum", MD5, "--title", "New", "--reason", "asked"]


def test_an_image_is_staged_and_booted_by_two_requests(staff, beside):
    with acting(beside) as ctx:
        device = ctx.session.scalars(select(Device)).one()
        device.os_version = "15.2(4)E10"
        ctx.record("test.collected", device)
    line = staff.as_("erin")
    source = ["--source", "http://images.example/new.bin", "--size", "1000"]
    assert line.json(["change", "stage", "r1", *source, *IMAGE])["state"] == "proposed"
    asked = ["--version", "15.2(7)E8", "--former", "old.bin", "--wait", "600"]
    change = line.json(["change", "upgrade", "r1", *asked, *IMAGE])
    assert (
        "reloads from 15.2(4)E10 (old.bin) to 15.2(7)E8 (new.bin), to be back within 600 s"
        in line(f"change show {change['id']}").stdout
    )
    again = line(["change", "upgrade", "r1", "--version", "15.2(4)E10", *IMAGE])
    assert (again.exit_code, "nothing_to_do" in again.stderr) == (2, True)
