"""`trimtab doctor`: every setting with its meaning, every check with its advice."""

import os

import typer

from core.settings import Settings, load_settings
from trimtab.console import Json, out, print_json, safe, show
from trimtab.doctor import check

app = typer.Typer()


@app.command()
def doctor(*, as_json: Json = False) -> None:
    """Explain the settings and check the installation; exit 1 when something needs attention."""
    settings = load_settings()
    checks = check(settings)
    values = {name: _value(settings, name) for name in Settings.model_fields}
    if as_json:
        print_json({
            "settings": values,
            "checks": [
                {"name": one.name, "found": one.found, "advice": one.advice} for one in checks
            ],
        })  # fmt: skip
    else:
        show(
            list(Settings.model_fields.items()),
            {
                "setting": lambda item: f"TRIMTAB_{item[0].upper()}",
                "value": lambda item: values[item[0]],
                "from": lambda item: _source(settings, item[0]),
                "meaning": lambda item: item[1].description,
            },
            as_json=False,
        )
        out.print()
        for one in checks:
            mark = "[yellow]look[/yellow]" if one.advice else "[green]ok[/green]  "
            out.print(f"{mark} {one.name}: {safe(one.found)} {safe(one.advice)}".rstrip())
    if any(one.advice for one in checks):
        raise typer.Exit(1)


def _value(settings: Settings, name: str) -> str:
    """The value as shown; secrets stay hidden (pydantic's SecretStr prints stars)."""
    value = getattr(settings, name)
    return "" if value is None else str(value)


def _source(settings: Settings, name: str) -> str:
    if f"TRIMTAB_{name.upper()}" in os.environ:
        return "environment"
    return "file" if name in settings.model_fields_set else "default"
