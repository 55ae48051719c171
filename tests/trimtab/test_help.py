"""What every command has: JSON, and a word on itself and on each of its options."""

import typer

from trimtab.cli import COMMANDS, app


def commands():
    """Every command with its words, as Typer made it."""
    program = typer.main.get_command(app)
    context = typer.Context(program)
    for noun in COMMANDS:
        yield from below(noun, program.get_command(context, noun))


def below(words, command):
    verbs = getattr(command, "commands", None)
    if verbs is None:
        yield words, command
    for verb, one in (verbs or {}).items():
        yield from below(f"{words} {verb}", one)


def test_every_command_takes_json():
    without = [
        words
        for words, command in commands()
        if "--json" not in {name for param in command.params for name in param.opts}
    ]
    assert without == []


def test_every_command_explains_itself():
    assert [words for words, command in commands() if not command.help] == []


def test_every_argument_and_option_is_explained():
    silent = [
        f"{words}: {param.name}"
        for words, command in commands()
        for param in command.params
        if not param.help
    ]
    assert silent == []
