"""`trimtab audit export` leaves nothing where it is refused."""

from tests.trimtab.conftest import PASSWORD


def test_an_export_that_is_not_permitted_leaves_no_file(line, tmp_path):
    line.json(["user", "add", "nora", "Nora"])
    assert line(["sign-in", "nora", "--password", PASSWORD]).exit_code == 0
    file = tmp_path / "records.jsonl"
    assert line(["audit", "export", "--file", str(file)]).exit_code == 3
    assert not file.exists()
