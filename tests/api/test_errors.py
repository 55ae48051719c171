"""Every error of the rooms has a status, and every failure is a problem document."""

import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import IntegrityError, OperationalError

from api import errors
from api.errors import STATUS, status_of
from core.errors import TrimtabError
from drift.findings import FindingSettled
from inventory.drivers.errors import DeviceUnreachable
from inventory.imports import ImportRefused

ROOMS = ("core", "organization", "inventory", "operations", "drift", "changes", "api")


def families(kind: type[TrimtabError]) -> Iterator[type[TrimtabError]]:
    for child in kind.__subclasses__():
        yield child
        yield from families(child)


def errors_of_the_rooms() -> list[type[TrimtabError]]:
    for room in map(import_module, ROOMS):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            import_module(module.name)
    return sorted(
        {kind for kind in families(TrimtabError) if kind.__module__.split(".")[0] in ROOMS},
        key=lambda kind: f"{kind.__module__}.{kind.__name__}",
    )


@pytest.mark.parametrize("kind", errors_of_the_rooms(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_rooms_has_a_status_by_its_code_or_family(kind):
    codes = {getattr(family, "code", None) for family in kind.__mro__}
    assert codes & set(STATUS)


@pytest.mark.parametrize("kind", errors_of_the_rooms(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_rooms_has_a_code_of_its_own(kind):
    assert kind.__dict__.get("code"), f"{kind.__name__} has the code of its family"


def test_no_line_of_the_table_is_about_an_error_that_does_not_exist():
    assert sorted(set(STATUS) - {kind.code for kind in errors_of_the_rooms()}) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (FindingSettled("x"), HTTPStatus.CONFLICT),
        (ImportRefused("x"), HTTPStatus.UNPROCESSABLE_ENTITY),
        (DeviceUnreachable("x"), HTTPStatus.BAD_GATEWAY),
        (TrimtabError("x"), HTTPStatus.INTERNAL_SERVER_ERROR),
    ],
)
def test_an_error_has_the_status_of_its_family(error, status):
    assert status_of(error) == status


@pytest.fixture
def broken():
    """An application whose one address fails as told."""
    app = FastAPI()
    errors.install(app)

    def answer(failing: Exception) -> tuple[int, dict[str, object], str]:
        @app.get("/")
        def fail() -> None:
            raise failing

        with TestClient(app, raise_server_exceptions=False) as client:
            told = client.get("/")
        return told.status_code, told.json(), told.headers["content-type"]

    return answer


def test_a_defect_is_told_without_its_inside_and_logged_with_it(broken, caplog):
    status, body, kind = broken(RuntimeError("password=hunter2"))
    assert (status, body["code"], kind) == (500, "defect", "application/problem+json")
    assert "hunter2" not in str(body)
    assert "hunter2" in caplog.text


def test_a_database_that_is_away_is_told_as_that(broken):
    status, body, _ = broken(OperationalError("SELECT secret", {}, Exception("gone")))
    assert (status, body["code"]) == (503, "database_unavailable")
    assert "secret" not in str(body)


def test_two_who_write_the_same_at_once_are_told_so(broken):
    status, body, _ = broken(IntegrityError("INSERT secret", {}, Exception("duplicate key")))
    assert (status, body["code"]) == (409, "conflict")
    assert "secret" not in str(body)


def test_a_problem_holds_the_facts_of_its_error(broken):
    _, body, _ = broken(FindingSettled("It is over.", finding=7))
    assert body == {
        "title": "Conflict", "status": 409, "code": "finding_settled", "detail": "It is over.",
        "facts": {"finding": 7},
    }  # fmt: skip
