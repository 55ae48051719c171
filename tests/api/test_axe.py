"""What axe finds on the sample pages, in both themes: nothing.

It runs where TRIMTAB_AXE names an axe.min.js (4.10 or newer), which is none of ours to ship.
"""

import os
import shutil
from pathlib import Path

import pytest

from api.web.manifest import read_manifest
from tests.api.chromium import chromium
from tests.api.sample_pages import served
from tests.api.samples.pages import PAGES

PROGRAM = shutil.which("chromium")
AXE = os.environ.get("TRIMTAB_AXE", "")
RUN = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map(
  (one) => [one.id, one.nodes.map((node) => node.html.slice(0, 200)).slice(0, 3)]))"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not AXE, reason="TRIMTAB_AXE names no axe.min.js"),
    pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed"),
    pytest.mark.skipif(read_manifest() is None, reason="this installation was built without pages"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(tmp_path, theme):
    source, found = Path(AXE).read_text(encoding="utf-8"), {}
    with served() as address, chromium(PROGRAM, tmp_path, address) as page:
        page.theme(theme)
        for name in PAGES:
            page.open(f"/{name}")
            page.run(source)
            told = page.order(
                "Runtime.evaluate", expression=RUN, awaitPromise=True, returnByValue=True
            )
            found[name] = told["result"].get("value")
    assert {name: told for name, told in found.items() if told != []} == {}
