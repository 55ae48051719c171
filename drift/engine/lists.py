"""Lists inside lines: VLAN ranges, and flat lines that form a named list. Pure."""

from drift.platforms import Platform


def flat_name(line: str, platform: Platform) -> str:
    """The list that a flat line belongs to (`access-list 10`), or an empty string."""
    for pattern in platform.flat_lists:
        found = pattern.match(line)
        if found:
            return found.group(1)
    return ""


def numbers(text: str) -> frozenset[int]:
    """The numbers of `1,10-12`."""
    found: set[int] = set()
    for part in text.split(","):
        low, _, high = part.partition("-")
        found.update(range(int(low), int(high or low) + 1))
    return frozenset(found)


def ranged(line: str, platform: Platform) -> tuple[str, frozenset[int]] | None:
    """The words before a list of numbers and the numbers, where a line is such a list."""
    for pattern in platform.ranges:
        found = pattern.match(line)
        if found:
            return found.group(1), numbers(found.group(2))
    return None


def spans(values: frozenset[int]) -> str:
    """The shortest text of a set of numbers."""
    parts: list[list[int]] = []
    for value in sorted(values):
        if parts and parts[-1][1] == value - 1:
            parts[-1][1] = value
        else:
            parts.append([value, value])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)
