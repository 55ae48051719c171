"""What somebody can do to a pack who has the log's key and signs the manifest anew."""

import json
from collections.abc import Callable
from dataclasses import replace

from tests.core.evidence.pack_scene import anchor, countersigned
from tests.core.evidence.packing import Log, Signer, canonical, hexed, zipped
from tests.tamper.prey import Due, Prey, due


def a_record_rewritten(prey: Prey) -> Due:
    def alter(told):
        one = prey.draw.choice(told["records"])
        one["record"] = one["record"].replace('"action":"', '"action":"not.', 1)

    return due(prey.evidence(alter), "altered")


def two_records_exchanged(prey: Prey) -> Due:
    def alter(told):
        one, other = prey.draw.sample(told["records"], 2)
        one["record"], other["record"] = other["record"], one["record"]

    return due(prey.evidence(alter), "reordered")


def two_entries_exchanged(prey: Prey) -> Due:
    def alter(told):
        one, other = sorted(prey.draw.sample(range(len(told["records"])), 2))
        entries = told["records"]
        entries[one], entries[other] = entries[other], entries[one]

    return due(prey.evidence(alter), "reordered")


def a_record_twice(prey: Prey) -> Due:
    def alter(told):
        one = prey.draw.randrange(len(told["records"]))
        told["records"].insert(one, told["records"][one])

    return due(prey.evidence(alter), "reordered")


def the_proof_of_another_record(prey: Prey) -> Due:
    def alter(told):
        one, other = prey.draw.sample(told["records"], 2)
        one["path"] = other["path"]

    return due(prey.evidence(alter), "altered")


def a_record_at_another_place(prey: Prey) -> Due:
    def alter(told):
        told["records"][-1]["position"] += 1

    return due(prey.evidence(alter), "altered")


def the_record_of_an_event_gone(prey: Prey) -> Due:
    def alter(told):
        events = [one for one in told["records"] if "execution.event" in one["record"]]
        told["records"].remove(prey.draw.choice(events))

    return due(prey.evidence(alter), "not_bound")


def a_head_rewritten(prey: Prey) -> Due:
    def alter(told):
        head = prey.draw.choice(told["heads"])
        member = prey.draw.choice(["root", "sealed_at", "signature", "key"])
        head[member] = head[member][::-1]

    return due(prey.evidence(alter), "wrong_signature")


def a_head_signed_by_a_stranger(prey: Prey) -> Due:
    def alter(told):
        told["heads"][0]["signature"] = Signer("stranger").sign(
            prey.draft.log.head_statement(prey.draft.size)
        )

    return due(prey.evidence(alter), "wrong_signature")


def a_key_replaced(prey: Prey) -> Due:
    def alter(told):
        key = prey.draw.choice(told["keys"])
        change = {"public_key": Signer("mine").public.hex(), "from_size": key["from_size"] + 1,
                  "signature": key["signature"][::-1], "number": 7, "previous": "mine"}  # fmt: skip
        name = prey.draw.choice(list(change))
        key[name] = change[name]

    return due(prey.evidence(alter), "wrong_signature")


def a_past_rewritten(prey: Prey) -> Due:
    """A record made anew with the tree, all heads and the manifest: the witness knows better."""
    place = prey.draw.choice(prey.draft.positions)
    content = prey.draft.log.contents[place].replace(b'"action":"', b'"action":"not.', 1)
    forged = replace(prey.draft, log=prey.draft.log.rewritten(place, content))
    return Due(zipped(forged.packed()), frozenset({"forked"}), prey.options)


def a_past_rewritten_without_its_anchors(prey: Prey) -> Due:
    """The same, the countersignature left out: what was laid down elsewhere tells."""
    place = prey.draw.choice(prey.draft.positions)
    content = prey.draft.log.contents[place].replace(b'"action":"', b'"action":"not.', 1)
    forged = replace(prey.draft, log=prey.draft.log.rewritten(place, content), anchors=[])
    return Due(zipped(forged.packed()), frozenset({"forked"}), laid_down(prey, prey.draft.log))


def laid_down(prey: Prey, log: Log) -> tuple[str, ...]:
    """Options to compare with a file of all heads, kept on another machine."""
    file = prey.folder / "anchors"
    heads = [json.dumps(log.head(size)) for size in log.sizes]
    file.write_text("\n".join([json.dumps({"log": "another"}), *heads]) + "\n")
    return ("--log", log.name, "--anchors", str(file))


def the_growth_rewritten(prey: Prey) -> Due:
    def alter(told):
        path = told["consistency"][0]["path"]
        path[prey.draw.randrange(len(path))] = "00" * 32

    return due(prey.evidence(alter), "forked")


def the_growth_left_out(prey: Prey) -> Due:
    return due(prey.evidence(lambda told: told.update(consistency=[])), "not_bound")


def the_anchors_gone(prey: Prey) -> Due:
    def alter(told):
        told.update(anchors=[], consistency=[], heads=told["heads"][:1])

    return due(prey.evidence(alter), "missing")


def an_anchor_forged(prey: Prey) -> Due:
    log, size = prey.draft.log, prey.draft.log.sizes[-2]
    receipts = {
        "wrong_signature": countersigned(log, size, signer=Signer("nobody")),
        "forked": countersigned(log, size, root=bytes(32)),
        "altered": countersigned(log, size - 1),
    }
    kind = prey.draw.choice(list(receipts))
    forged = anchor("witness:https://other.example.net", size, receipts[kind])
    return due(prey.evidence(lambda told: told.update(anchors=[forged])), kind)


def a_countersignature_altered(prey: Prey) -> Due:
    receipt = json.loads(countersigned(prey.draft.log, prey.draft.size))
    receipt["witnessed_at"] = "2020-01-01T00:00:00.000000+00:00"
    forged = anchor("witness:x", prey.draft.size, json.dumps(receipt))
    return due(prey.evidence(lambda told: told["anchors"].append(forged)), "wrong_signature")


def a_plan_replaced(prey: Prey) -> Due:
    name = prey.some("plans/")
    return due(prey.with_files({name: canonical({"lines": ["telnet"]})}).signed(), "altered")


def a_plan_under_its_own_name(prey: Prey) -> Due:
    folder = prey.draw.choice(["plans", "states"])
    fake = canonical({"lines": ["telnet"]})
    return due(prey.with_files({f"{folder}/{hexed(fake)}.json": fake}).signed(), "not_bound")


def a_state_replaced(prey: Prey) -> Due:
    return due(prey.with_files({prey.some("states/"): b'{"state":"rejected"}'}).signed(), "altered")


def _lines(prey: Prey, alter: Callable[[list[bytes]], object], kind: str) -> Due:
    name = prey.some("executions/")
    lines = prey.files[name].splitlines(keepends=True)
    alter(lines)
    return due(prey.with_files({name: b"".join(lines)}).signed(), kind)


def the_line_of_an_event_gone(prey: Prey) -> Due:
    return _lines(prey, lambda lines: lines.pop(prey.draw.randrange(len(lines))), "missing")


def the_line_of_an_event_edited(prey: Prey) -> Due:
    def alter(lines):
        one = prey.draw.randrange(len(lines))
        lines[one] = lines[one].replace(b'"ok"', b'"changed"')

    return _lines(prey, alter, "altered")


def two_lines_of_events_exchanged(prey: Prey) -> Due:
    def alter(lines):
        one, other = prey.draw.sample(range(len(lines)), 2)
        lines[one], lines[other] = lines[other], lines[one]

    return _lines(prey, alter, "reordered")


def the_line_of_an_event_more(prey: Prey) -> Due:
    return _lines(prey, lambda lines: lines.append(b'{"number":99}\n'), "not_bound")


def an_execution_gone(prey: Prey) -> Due:
    return due(prey.with_files({prey.some("executions/"): None}).signed(), "missing")


INSIDERS: tuple[Callable[[Prey], Due], ...] = (
    a_record_rewritten, two_records_exchanged, two_entries_exchanged, a_record_twice,
    the_proof_of_another_record, a_record_at_another_place, the_record_of_an_event_gone,
    a_head_rewritten, a_head_signed_by_a_stranger, a_key_replaced, a_past_rewritten,
    a_past_rewritten_without_its_anchors, the_growth_rewritten, the_growth_left_out,
    the_anchors_gone, an_anchor_forged, a_countersignature_altered, a_plan_replaced,
    a_plan_under_its_own_name, a_state_replaced, the_line_of_an_event_gone,
    the_line_of_an_event_edited, two_lines_of_events_exchanged, the_line_of_an_event_more,
    an_execution_gone,
)  # fmt: skip
