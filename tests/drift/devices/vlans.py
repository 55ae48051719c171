"""Lists of VLAN numbers as devices read and show them. A model for tests."""


def numbers(text: str) -> set[int]:
    """The numbers of `10,20-22`."""
    found: set[int] = set()
    for part in text.split(",") if text != "none" else ():
        low, _, high = part.partition("-")
        found |= set(range(int(low), int(high or low) + 1))
    return found


def ranges(vlans: set[int]) -> str:
    """`1,10-12`, as the device shows it."""
    first = sorted(one for one in vlans if one - 1 not in vlans)
    last = sorted(one for one in vlans if one + 1 not in vlans)
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(first, last, strict=True))
