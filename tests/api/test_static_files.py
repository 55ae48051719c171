"""How built assets are served, and what answers where there are none."""

import gzip

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import web
from api.web.static_files import BRIEFLY, FOR_GOOD, BuiltFiles


@pytest.fixture
def files(tmp_path):
    (tmp_path / "app.AB12.js").write_text("plain")
    (tmp_path / "app.AB12.js.gz").write_bytes(gzip.compress(b"zipped"))
    (tmp_path / "licences.txt").write_text("MIT")
    app = FastAPI()
    app.mount("/static", BuiltFiles(directory=tmp_path))
    with TestClient(app) as client:
        yield client


def test_who_takes_gzip_gets_the_twin(files):
    answer = files.get("/static/app.AB12.js", headers={"Accept-Encoding": "br, gzip"})
    assert answer.text == "zipped"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_who_does_not_gets_the_plain_file(files):
    answer = files.get("/static/app.AB12.js", headers={"Accept-Encoding": "identity"})
    assert answer.text == "plain"
    assert "content-encoding" not in answer.headers


def test_hashed_names_are_kept_for_good_and_depend_on_the_encoding(files):
    answer = files.get("/static/app.AB12.js")
    assert answer.headers["cache-control"] == FOR_GOOD
    assert answer.headers["vary"] == "Accept-Encoding"
    assert FOR_GOOD != BRIEFLY


def test_a_file_that_is_still_the_same_is_not_sent_again(files):
    first = files.get("/static/app.AB12.js")
    again = files.get("/static/app.AB12.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_other_files_are_served_as_they_are(files):
    assert files.get("/static/licences.txt").text == "MIT"


@pytest.mark.parametrize("path", ["none.AB12.js", "../static_files.py", "none.txt"])
def test_what_is_not_there_is_not_found(files, path):
    assert files.get(f"/static/{path}").status_code == 404


def test_a_build_without_pages_says_so_on_every_path(monkeypatch):
    monkeypatch.setattr(web, "read_manifest", lambda: None)
    app = FastAPI()
    web.install(app)
    with TestClient(app) as client:
        answer = client.get("/devices")
    assert answer.status_code == 404
    assert "built without pages" in answer.text
