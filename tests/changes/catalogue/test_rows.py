"""Variables from CSV: what is read, and what is wrong where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.catalogue.rows import Mistake, Row, read_rows, value_of

INPUTS = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "vlan": {"type": "integer"}, "name": {"type": "string"}, "on": {"type": "boolean"},
        "share": {"type": "number"}, "list": {"type": "array"},
    },
}  # fmt: skip


def test_cells_are_read_as_the_schema_says_and_empty_ones_are_not_given():
    text = '\ufeffhostname,vlan,name,on,share,list\nr1,10,20,TRUE,1.5,"[1, 2]"\n\nr2,,x,,,\n'
    rows, wrong = read_rows(text, INPUTS)
    assert wrong == ()
    assert rows == (
        Row(hostname="r1", line=2, variables={
            "vlan": 10, "name": "20", "on": True, "share": 1.5, "list": [1, 2]}),
        Row(hostname="r2", line=4, variables={"name": "x"}),
    )  # fmt: skip


@pytest.mark.parametrize(("text", "told"), [
    ("", "line 1, column hostname: the column is missing"),
    ("vlan\n1\n", "line 1, column hostname: the column is missing"),
    ("hostname,vlan,vlan\n", "line 1, column vlan: the column stands there twice"),
    ("hostname,vln\n",
     "line 1, column vln: no such variable is known; there are: vlan, name, on, share, list"),
    ("hostname\n", "line 1, column hostname: it names no devices; a change has 1 to 10000"),
    ("hostname,vlan\nr1\n",
     "line 2, column hostname: 1 values stand there, the header names 2 columns"),
    ("hostname,vlan\nr1,1,2\n",
     "line 2, column vlan: 3 values stand there, the header names 2 columns"),
    ("hostname,vlan\n,1\n", "line 2, column hostname: is empty"),
    ("hostname\nr1\nR1\n", "line 3, column hostname: stands in line 2 already"),
    ('hostname\n"r1\n', "line 2, column -: unexpected end of data"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_column(text, told):
    assert [str(one) for one in read_rows(text, INPUTS)[1]] == [told]


def test_every_mistake_is_told():
    rows, wrong = read_rows("hostname,vlan\n,1\nr1\nr2,7\n", INPUTS)
    assert ([one.line for one in wrong], [one.hostname for one in rows]) == ([2, 3], ["r2"])


@given(st.text())
def test_any_text_is_rows_or_mistakes(text):
    rows, wrong = read_rows(text, INPUTS)
    assert rows or wrong
    assert all(isinstance(one, Mistake) for one in wrong)


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_every_whole_number_is_read_as_itself(number):
    assert value_of(str(number), {"type": "integer"}) == number


@pytest.mark.parametrize(("text", "schema", "value"), [
    ("x", {"type": "integer"}, "x"), ("1e9", {"type": "number"}, "1e9"),
    ("yes", {"type": "boolean"}, "yes"), ("[1", {"type": "array"}, "[1"), ("1", {}, "1"),
    ("1", {"type": ["string", "integer"]}, "1"), ('{"a": 1}', {"type": "object"}, {"a": 1}),
])  # fmt: skip
def test_what_is_none_of_the_type_stays_a_text(text, schema, value):
    assert value_of(text, schema) == value
