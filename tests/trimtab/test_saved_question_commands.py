"""`trimtab question` with saved questions."""

import json
from hashlib import sha256


def saved(line, name="Mine"):
    words = ["question", "save", name, "person", "--param", "person=admin", "--param",
             "since=this month", "--format", "jsonl", "--keep", "2"]  # fmt: skip
    return line.json(words)


def test_a_question_is_saved_asked_and_its_answer_downloaded(everything, tmp_path):
    row = saved(everything)
    assert row["parameters"] == {"person": "admin", "since": "this month"}
    assert [one["name"] for one in everything.json("question saved")] == ["Mine"]
    kept = everything.json("question run Mine")
    assert kept["rows"] > 0
    [told] = everything.json("question runs Mine")
    assert told == kept
    file = tmp_path / "answer.jsonl"
    written = everything.json(["question", "download", "Mine", "--file", str(file)])
    assert written["sha256"] == sha256(file.read_bytes()).hexdigest() == kept["sha256"]
    assert everything(["question", "download", "Mine", "--file", str(file)]).exit_code == 2
    shown = everything(f"question download {row['id']} {kept['id']}")
    assert len([json.loads(line) for line in shown.stdout.splitlines()]) == kept["rows"]


def test_a_saved_question_is_put_on_a_schedule_and_removed(everything):
    saved(everything)
    told = everything.json(["question", "schedule", "Mine", "0 6 1 * *", "--timezone", "UTC"])
    assert told["trigger"] == "0 6 1 * *"
    assert everything("question schedule Mine whenever").exit_code == 2
    assert everything.json("question unschedule Mine")["trigger"] is None
    assert everything("question unschedule Mine").exit_code == 5
    assert everything("question remove Mine").exit_code == 0
    assert everything("question runs Mine").exit_code == 4


def test_a_saved_question_without_an_answer_is_a_negative_one(everything):
    everything.json(["question", "save", "Gone", "device", "--param", "device=no-such"])
    assert everything("question run Gone").exit_code == 1
    assert "no-such" in everything.json("question runs Gone")[0]["problem"]
