"""Plugins by entry points."""

import sys
from typing import Protocol

import pytest

from core import plugins
from core.plugins import PluginBroken, load

GROUP = "trimtab.tests"


class Colour(Protocol):
    name: str


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a distribution `paint` with these entry points and this module."""

    def put(points, module):
        about = tmp_path / "paint-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: paint\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{GROUP}]\n{points}\n")
        (tmp_path / "paint_colours.py").write_text(module)

    monkeypatch.syspath_prepend(str(tmp_path))
    plugins._instances.cache_clear()
    yield put
    plugins._instances.cache_clear()
    sys.modules.pop("paint_colours", None)


def test_plugins_come_by_name_whatever_their_order(install):
    install(
        "red = paint_colours:Red\nblue = paint_colours:Blue",
        "class Red:\n    name = 'red'\nclass Blue:\n    name = 'blue'\n",
    )
    assert [colour.name for colour in load(GROUP, Colour)] == ["blue", "red"]


def test_a_plugin_is_made_once(install):
    install("red = paint_colours:Red", "class Red:\n    name = 'red'\n")
    assert load(GROUP, Colour)[0] is load(GROUP, Colour)[0]


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("import nothing_of_that_name", "No module named"),
        ("", "no attribute"),
        ("class Red:\n    def __init__(self, must): ...\n", "missing 1 required"),
        ("raise SystemError('worn out')", "worn out"),
    ],
)
def test_a_broken_plugin_is_named_with_who_brought_it(install, module, reason):
    install("red = paint_colours:Red", module)
    with pytest.raises(PluginBroken, match=f"red of {GROUP}, from paint, .*{reason}"):
        load(GROUP, Colour)


def test_a_group_without_plugins_is_empty(install):
    assert install
    assert load(GROUP, Colour) == ()
