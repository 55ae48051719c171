"""What an insider can do to a pack's configurations, redactions and persons."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.core.evidence.packing import canonical, hexed
from tests.tamper.prey import Due, Prey, due

PERSONS = "persons.json"


def a_line_of_a_configuration_edited(prey: Prey) -> Due:
    name = _text(prey)
    edited = prey.files[name].replace(b"hostname", b"hostnam3", 1)
    return due(prey.with_files({name: edited}).signed(), "altered")


def _text(prey: Prey) -> str:
    return prey.draw.choice(sorted(name for name in prey.files
                                   if name.startswith("configurations/")
                                   and name.endswith(".txt")))  # fmt: skip


def a_configuration_under_its_own_name(prey: Prey) -> Due:
    fake = prey.files[_text(prey)] + b"line vty 0 4\n"
    return due(prey.with_files({f"configurations/{hexed(fake)}.txt": fake}).signed(), "not_bound")


def a_configuration_without_its_redaction(prey: Prey) -> Due:
    return due(prey.with_files({prey.some(".redaction.json"): None}).signed(), "missing")


def _redaction(prey: Prey, alter: Callable[[dict[str, Any]], object], kind: str) -> Due:
    name = prey.some(".redaction.json")
    told = prey.told(name)
    alter(told)
    return due(prey.with_files({name: canonical(told)}).signed(), kind)


def two_leaves_of_secrets_exchanged(prey: Prey) -> Due:
    return _redaction(prey, lambda told: told["secrets"].reverse(), "altered")


def a_leaf_of_a_secret_altered(prey: Prey) -> Due:
    return _redaction(prey, lambda told: told["secrets"].__setitem__(0, "ab" * 32), "altered")


def a_leaf_of_a_secret_more(prey: Prey) -> Due:
    return _redaction(prey, lambda told: told["secrets"].append("ab" * 32), "altered")


def another_commitment(prey: Prey) -> Due:
    return _redaction(prey, lambda told: told.update(commitment="ab" * 32), "not_bound")


def the_redaction_of_another_configuration(prey: Prey) -> Due:
    one, other = prey.draw.sample(sorted(name for name in prey.files if "redaction" in name), 2)
    return due(prey.with_files({one: prey.files[other]}).signed(), "not_bound")


def _persons(prey: Prey, alter: Callable[[list[dict[str, Any]]], object], kind: str) -> Due:
    told = prey.told(PERSONS)
    alter(told)
    return due(prey.with_files({PERSONS: canonical(told)}).signed(), kind)


def _named(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in told if "salt" in one]


def a_person_called_otherwise(prey: Prey) -> Due:
    member = prey.draw.choice(["name", "username"])
    return _persons(
        prey, lambda told: prey.draw.choice(_named(told)).update({member: "Eve"}), "altered"
    )


def two_persons_exchanged(prey: Prey) -> Due:
    def alter(told):
        one, other = prey.draw.sample(_named(told), 2)
        one["name"], other["name"] = other["name"], one["name"]

    return _persons(prey, alter, "altered")


def a_person_gone(prey: Prey) -> Due:
    return _persons(prey, lambda told: told.pop(prey.draw.randrange(len(told))), "missing")


def a_person_twice(prey: Prey) -> Due:
    return _persons(prey, lambda told: told.append(prey.draw.choice(told)), "altered")


def a_person_whom_no_record_names(prey: Prey) -> Due:
    salt: Mapping[str, object] = {"name": "Eve", "username": "eve"}
    made = {"commitment": hexed(b"\x02" + bytes(32) + canonical(salt)), "salt": "00" * 32, **salt}
    return _persons(prey, lambda told: told.append(made), "not_bound")


def an_erased_person_with_a_name(prey: Prey) -> Due:
    def alter(told):
        erased = next(one for one in told if "erased_at" in one)
        del erased["erased_at"]
        erased.update(name="Eve", username="eve", salt="00" * 32)

    return _persons(prey, alter, "altered")


SECRETS: tuple[Callable[[Prey], Due], ...] = (
    a_line_of_a_configuration_edited, a_configuration_under_its_own_name,
    a_configuration_without_its_redaction, two_leaves_of_secrets_exchanged,
    a_leaf_of_a_secret_altered, a_leaf_of_a_secret_more, another_commitment,
    the_redaction_of_another_configuration, a_person_called_otherwise, two_persons_exchanged,
    a_person_gone, a_person_twice, a_person_whom_no_record_names, an_erased_person_with_a_name,
)  # fmt: skip
