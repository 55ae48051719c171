"""`trimtab risk`: the formula shown, published, compared, tried."""

import pytest

from changes.risk.formula import shipped

STRICT = shipped().replace("medium: {from: 35,", "medium: {from: 20,")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "formula.yaml"
    path.write_text(STRICT)
    return path


def test_the_formula_in_force_is_shown(everything):
    assert everything.json("risk show") == {"text": shipped()}


def test_a_formula_is_published_and_holds(everything, file):
    [row] = everything.json(f"risk publish {file} --reason decided")
    assert (row["unit"], row["version"], row["reason"]) == ("all", 1, "decided")
    assert everything.json("risk list") == [row]
    assert everything.json("risk show")["text"] == STRICT
    assert everything.json(f"risk diff 0 {row['id']}") == [
        {"place": "levels.medium.from", "before": 35, "after": 20}
    ]


def test_a_formula_is_tried_without_being_published(everything, file):
    assert everything.json(f"risk try {file} --last 5") == []
    assert everything.json("risk list") == []
