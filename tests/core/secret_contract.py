"""What every source of secrets must do, and a double that does it: for ours and for plugins."""

from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from core.context import Context
from core.secrets import SecretSource, SecretUnavailable


class SecretSourceContract:
    """Subclass it and give the fixtures `source`, `kept` and `missing`.

    `kept` is a name behind which the source holds the value `correct horse`; behind `missing` is
    nothing.
    """

    def test_it_is_a_source_with_a_scheme(self, source):
        assert isinstance(source, SecretSource)
        assert source.scheme.isalnum()

    def test_it_gives_what_was_kept(self, ctx, source, kept):
        assert source.read(ctx, kept) == "correct horse"

    def test_it_names_what_is_missing(self, ctx, source, missing):
        with pytest.raises(SecretUnavailable) as refused:
            source.read(ctx, missing)
        assert missing.partition("#")[0] in refused.value.message

    def test_a_name_that_cannot_be_one_is_refused(self, ctx, source):
        with pytest.raises(SecretUnavailable):
            source.read(ctx, "no\0name")

    def test_it_writes_nothing(self, ctx, source, kept):
        source.read(ctx, kept)
        ctx.commit()
        assert ctx.recorded == []


@dataclass
class FakeSecrets:
    """Answers from memory, with the manners of a real source."""

    scheme: ClassVar[str] = "fake"

    values: dict[str, str] = field(default_factory=dict)

    def read(self, _ctx: Context, name: str) -> str:
        if name not in self.values:
            raise SecretUnavailable(f"There is no secret {name} in memory.")
        return self.values[name]
