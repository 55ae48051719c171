"""Take from a captured text what changes by itself. Pure; never touches configuration lines."""

from inventory.platforms import Platform


def clean(text: str, platform: Platform) -> str:
    """The text with LF line ends, without volatile lines and without blank lines around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [line for line in lines if not any(p.match(line) for p in platform.volatile)]
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    return "".join(f"{line}\n" for line in kept)
