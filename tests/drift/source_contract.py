"""What every source of intended texts must do, and a double that does it: for ours and plugins."""

from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from core.context import Context
from core.errors import TrimtabError
from drift.intent.model import Intended, IntentWrong
from drift.intent.sections import checked
from drift.intent.sources import BaselineSource
from inventory.models import Device


class SourceContract:
    """Subclass it and give the fixtures `source`, `known`, `unknown` and `broken`.

    `known` is a device that the source speaks of, `unknown` one that it does not; `broken()` makes
    it fail for `known` from then on.
    """

    def test_it_is_a_source(self, source):
        assert isinstance(source, BaselineSource)
        assert source.name

    def test_it_says_what_is_intended_and_where_that_is_from(self, ctx, source, known):
        intended = source.intended(ctx, known)
        assert intended.text.strip()
        assert intended.provenance
        assert checked(intended.sections) == intended.sections

    def test_it_gives_the_same_text_for_the_same_data(self, ctx, source, known):
        assert source.intended(ctx, known) == source.intended(ctx, known)

    def test_it_says_nothing_of_other_devices(self, ctx, source, unknown):
        assert source.intended(ctx, unknown) is None

    def test_it_writes_nothing(self, ctx, source, known):
        source.intended(ctx, known)
        assert (list(ctx.session.new), list(ctx.session.dirty), ctx.recorded) == ([], [], [])

    def test_it_says_what_is_wrong(self, ctx, source, known, broken):
        broken()
        with pytest.raises(TrimtabError, match=r"\w+ .*\w+"):
            source.intended(ctx, known)


@dataclass
class FakeSource:
    """Answers from memory, with the manners of a real source."""

    name: ClassVar[str] = "fake"

    texts: dict[str, Intended] = field(default_factory=dict)
    failing: bool = False

    def intended(self, _ctx: Context, device: Device) -> Intended | None:
        if self.failing:
            raise IntentWrong("The memory of this source is full; empty it.")
        return self.texts.get(device.hostname)
