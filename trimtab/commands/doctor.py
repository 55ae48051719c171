"""`trimtab doctor`: every setting with its meaning, every check with its advice."""

import os
from operator import itemgetter

import typer

from core.settings import Settings, config_file, load_settings
from trimtab.console import Json, out, plain, print_json, safe, show
from trimtab.doctor import check

app = typer.Typer()


@app.command()
def doctor(*, as_json: Json = False) -> None:
    """Explain the settings and check the installation; exit 1 when something needs attention."""
    settings = load_settings()
    checks = check(settings)
    told = [
        {
            "setting": f"TRIMTAB_{name.upper()}", "value": _value(settings, name),
            "from": _source(settings, name), "meaning": field.description,
        }
        for name, field in Settings.model_fields.items()
    ]  # fmt: skip
    if as_json:
        print_json({
            "settings": plain(told),
            "checks": [
                {"name": one.name, "found": one.found, "advice": one.advice} for one in checks
            ],
        })  # fmt: skip
    else:
        show(told, {key: itemgetter(key) for key in told[0]}, as_json=False)
        out.print()
        for one in checks:
            mark = "[yellow]look[/yellow]" if one.advice else "[green]ok[/green]  "
            out.print(f"{mark} {one.name}: {safe(one.found)}", soft_wrap=True)
            if one.advice:
                out.print(f"     {safe(' '.join(one.advice.split()))}", soft_wrap=True)
    if any(one.advice for one in checks):
        raise typer.Exit(1)


def _value(settings: Settings, name: str) -> str:
    """The value as shown; secrets stay hidden (pydantic's SecretStr prints stars)."""
    value = getattr(settings, name)
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def _source(settings: Settings, name: str) -> str:
    if any(key.upper() == f"TRIMTAB_{name.upper()}" and value for key, value in os.environ.items()):
        return "environment"
    return str(config_file()) if name in settings.model_fields_set else "default"
