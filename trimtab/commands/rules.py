"""`trimtab rules`: list, check and try out compliance rules; needs no database."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.settings import load_settings
from drift.rules import Judgement, Rule, Target, built_in, in_force, judge, read, schema
from drift.rules.reading import FOLDER
from drift.rules.sanity import Remark, remarks
from inventory.cleaning import clean
from inventory.platforms import platform_of
from inventory.redaction import redact
from trimtab.console import Json, err, given_text, out, plain, print_json, safe, show

app = typer.Typer(no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Rule packs in YAML.")]
Platform = Annotated[str | None, typer.Option(help="Only rules that speak of it.")]

COLUMNS = {
    "id": lambda rule: rule.id,
    "severity": lambda rule: rule.severity,
    "clause": lambda rule: rule.clause,
    "title": lambda rule: rule.title,
    "platforms": lambda rule: rule.platforms,
}
VERDICTS = {
    "id": lambda one: one.rule.id,
    "severity": lambda one: one.rule.severity,
    "clause": lambda one: one.rule.clause,
    "passed": lambda one: one.passed,
    "title": lambda one: one.rule.title,
    "detail": lambda one: one.detail,
    "remediation": lambda one: () if one.passed else one.rule.remediation,
}


@app.command("list")
def list_all(*, platform: Platform = None, as_json: Json = False) -> None:
    """The rules in force: Trimtab's own, those of plugins, those of the setting `rule_packs`."""
    rules = _in_force()
    chosen = [rule for rule in rules if platform is None or platform in rule.platforms]
    show(chosen, COLUMNS, as_json=as_json)


@app.command()
def check(files: Files, *, as_json: Json = False) -> None:
    """Read rule packs and look for rules that can never do what they say: exit 0 good, 2 not."""
    found: list[tuple[Path, Remark]] = []
    known: list[Rule] = list(built_in())
    count = 0
    for file in files:
        rules = read(file)
        beside = [] if file.resolve().parent == FOLDER.resolve() else known
        found += [(file, one) for one in remarks(rules, beside)]
        known += rules
        count += len(rules)
    wrong = [one for one in found if one[1].gravity == "wrong"]
    if as_json:
        told = [
            {"file": str(file), "rule": one.rule_id, "gravity": one.gravity, "text": one.text}
            for file, one in found
        ]
        print_json({"rules": count, "good": not wrong, "remarks": plain(told)})
    else:
        for file, one in found:
            line = f"{file}, {one.rule_id}: {one.text} ({one.gravity})"
            (err if one.gravity == "wrong" else out).print(safe(line), soft_wrap=True)
        out.print(f"{count} rules, {len(wrong)} wrong")
    if wrong:
        raise typer.Exit(2)


@app.command("schema")
def show_schema(*, as_json: Json = False) -> None:
    """The JSON Schema of a rule pack; editors complete and check packs with it."""
    sys.stdout.write(f"{schema(indent=None if as_json else 2)}\n")


@app.command("judge")
def judge_file(
    file: Annotated[str, typer.Argument(help="A configuration; - is standard input.")],
    *,
    platform: Annotated[str, typer.Option(help="The platform that shows such a text.")],
    role: Annotated[str, typer.Option(help="The device's role.")] = "",
    site: Annotated[str, typer.Option(help="Its site's code.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="One of its tags.")] = None,
    as_json: Json = False,
) -> None:
    """Judge a configuration by the rules in force: exit 0 all are kept, 1 some are not."""
    target = Target(platform=platform, role=role, site=site, tags=frozenset(tag or ()))
    text = clean(given_text(file), platform_of(platform))
    hidden = redact(text, platform=platform, key=b"shown to nobody")
    found = judge(hidden, _in_force(), target=target)
    broken = [one for one in found if not one.passed]
    if as_json:
        show(found, VERDICTS, as_json=True)
    else:
        _told(found, broken)
    if broken:
        raise typer.Exit(1)


def _told(found: tuple[Judgement, ...], broken: list[Judgement]) -> None:
    for one in broken:
        clause = f" ({one.rule.clause})" if one.rule.clause else ""
        out.print(f"[red]{safe(one.rule.id)}[/red] {one.rule.severity}{safe(clause)}: "
                  f"{safe(one.rule.title)}", soft_wrap=True)  # fmt: skip
        out.print(f"  {safe(one.detail)}", soft_wrap=True, style="dim")
    out.print(f"{len(found) - len(broken)} of {len(found)} rules are kept")


def _in_force() -> tuple[Rule, ...]:
    return in_force(load_settings().rule_packs).whole()
