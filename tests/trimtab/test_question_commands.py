"""`trimtab question`."""

import json


def test_the_questions_are_listed_with_what_they_take(everything):
    told = {one["name"]: one["parameters"] for one in everything.json("question list")}
    assert told["person"] == ["person*", "action", "since", "until"]


def test_a_question_is_asked_as_table_json_and_file(everything):
    words = "question ask person --param person=admin"
    file = everything(f"{words} --format jsonl")
    first = json.loads(file.stdout.splitlines()[0])
    assert (first["action"], first["facts"]) == (
        "question.exported", '{"format": "jsonl", "parameters": {"person": "admin"}}',
    )  # fmt: skip
    only = f"{words} --param action=question.exported"
    assert [one["action"] for one in everything.json(only)["items"]] == ["question.exported"]
    table = everything(only)
    heads = table.stdout.splitlines()[0].split()  # cells fold where the terminal is narrow
    assert (table.exit_code, heads[:3]) == (0, ["at", "action", "subject"]), table.stderr
    assert everything.json(f"{words} --param action=session.opened")["items"] == []


def test_a_parameter_without_a_value_and_an_unknown_question_are_refused(everything):
    assert everything("question ask person --param person").exit_code == 2
    assert everything("question ask why").exit_code == 4
