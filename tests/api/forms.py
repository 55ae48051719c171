"""Sign in and send forms as a browser does."""

import re

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.api.conftest import PASSWORD


def sign_in(browser: TestClient, username: str) -> Response:
    return browser.post("/sign-in", data={"username": username, "password": PASSWORD, "to": "/"})


def send(browser: TestClient, page: str, path: str, **fields: str) -> Response:
    """Send a form of a page to its address, with the token that the page holds."""
    text = browser.get(page).text
    assert f'action="{path}"' in text or f'formaction="{path}"' in text, f"{page} has no {path}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)[1]
    came = {"Referer": f"{browser.base_url}{page}"}
    return browser.post(path, data=fields | {"csrf_token": token}, headers=came)
