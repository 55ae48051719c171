"""The one form of a JSON value (RFC 8785), quickly for what most values are. Pure.

The C encoder writes the very same bytes where nothing but texts, usual numbers, truth values, lists
and objects with names of ASCII is in a value; everything else is the library's.
"""

import json
from collections.abc import Mapping

import rfc8785

LARGEST_INTEGER = 2**53 - 1  # RFC 8785, appendix D

_write = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False,
    allow_nan=False,
).encode  # fmt: skip


def canonical(value: object) -> bytes:
    """The bytes; raises rfc8785.CanonicalizationError for what JSON cannot keep."""
    if _is_plain(value):
        try:
            return _write(value).encode()
        except UnicodeEncodeError:
            pass  # half a surrogate pair: the library says so
    return rfc8785.dumps(value)  # type: ignore[arg-type]  # it checks the value itself


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -LARGEST_INTEGER <= value <= LARGEST_INTEGER  # type: ignore[operator]
    if kind is float:  # neither whole nor with an exponent: these alone Python writes otherwise
        return 1e-4 <= abs(value) < 1e16 and not value.is_integer()  # type: ignore[arg-type,attr-defined]
    if kind is dict:
        return all(
            type(name) is str and name.isascii() and _is_plain(one)
            for name, one in value.items()  # type: ignore[attr-defined]
        )
    return kind is list and all(map(_is_plain, value))  # type: ignore[call-overload]


def as_kept(value: object) -> object:
    """A JSON value as it comes back from a JSONB column, where it was written by `json`.

    JSONB spells 1e21 as an integer, which RFC 8785 (section 3.2.2.3) holds as a double.
    """
    return _as_doubles(value if _is_plain(value) else json.loads(json.dumps(value)))


def _as_doubles(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _as_doubles(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_doubles(one) for one in value]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return float(value)
    return value
