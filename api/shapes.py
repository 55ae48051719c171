"""What REST's answers share: an answer is made of a row by its attributes."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class OfRow(BaseModel):
    """An answer whose fields are attributes of a row or frozen value of the same names."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, row: object) -> Self:
        return cls.model_validate(row)
