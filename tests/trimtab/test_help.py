"""What every command has: JSON, and a word on itself and on each of its options."""

import typer

from trimtab.cli import COMMANDS, app


def commands():
    """Every command with its words, as Typer made it."""
    program = typer.main.get_command(app)
    context = typer.Context(program)
    for noun in COMMANDS:
        command = program.get_command(context, noun)
        verbs = getattr(command, "commands", None)
        yield from ((f"{noun} {verb}", below) for verb, below in (verbs or {}).items())
        if verbs is None:
            yield noun, command


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
