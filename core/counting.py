"""Numbers with their words: one change, two changes. Pure."""


def counted(number: int, one: str, many: str = "") -> str:
    """The number with the word for one or, by an s or as given, for several and for none."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
