"""How long the generated tests run: briefly in `make test`, long in `make test-deep`."""

import os

DEEP = os.environ.get("TRIMTAB_TEST_DEEP") == "1"


def examples(usual: int) -> int:
    """How many examples to try."""
    return usual * 25 if DEEP else usual
