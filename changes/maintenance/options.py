"""What each kind of maintenance plan can be told. Pure; an unknown or wrong option is refused."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from core.audit import Fact
from core.errors import InvalidInput

Kind = Literal["health", "backup", "certificates", "unsaved", "passwords", "standard"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Port = Annotated[int, Field(ge=1, le=65535)]
Days = Annotated[int, Field(ge=1, le=3650)]
Endpoint = Annotated[str, StringConstraints(pattern=r"^\S{1,253}:\d{1,5}$")]


class Options(BaseModel):
    """The options of a kind; the base has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HealthCheck(Options):
    """A playbook that changes nothing, with its variables; called `name`, or as the playbook."""

    playbook: Name
    name: str = ""
    variables: dict[str, Fact] = Field(default_factory=dict)

    @property
    def called(self) -> str:
        return self.name or self.playbook


class Health(Options):
    checks: Annotated[tuple[HealthCheck, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Self:
        if len({one.called for one in self.checks}) < len(self.checks):
            raise ValueError("two checks are called the same; give each a name")
        return self


class Backup(Options):
    """The last capture may be so many days old."""

    days: Days = 7


class Certificates(Options):
    """Named endpoints (`host:port`, `[v6]:port`), and a port of each device of the plan.

    Fewer days left than `warn_days` need attention, fewer than `alarm_days` are a failure.
    """

    endpoints: Annotated[tuple[Endpoint, ...], Field(max_length=500)] = ()
    device_port: Port | None = None
    warn_days: Days = 30
    alarm_days: Days = 7

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.endpoints and self.device_port is None:
            raise ValueError("name endpoints as host:port, or the device_port of the devices")
        if self.alarm_days > self.warn_days:
            raise ValueError("alarm_days come after warn_days: they are not more")
        return self


class Passwords(Options):
    """Days after which a password is due; without it those of the setting `password_days`."""

    days: Days | None = None


class Standard(Options):
    """An entry of the catalogue, and its variables for every device of the plan."""

    entry: Name
    variables: dict[str, Fact] = Field(default_factory=dict)


KINDS: Mapping[str, type[Options]] = {
    "health": Health, "backup": Backup, "certificates": Certificates, "unsaved": Options,
    "passwords": Passwords, "standard": Standard,
}  # fmt: skip


def checked(kind: str, told: Mapping[str, Fact]) -> dict[str, Fact]:
    """The options as they are kept, or InvalidInput naming the wrong one."""
    if kind not in KINDS:
        raise InvalidInput(
            f"There is no maintenance {kind!r}; there are {', '.join(KINDS)}.", field="kind"
        )
    try:
        read = KINDS[kind].model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "options"
        raise InvalidInput(
            f"Maintenance {kind}, {place}: {first['msg']}.", field="options"
        ) from error
    kept: dict[str, Fact] = read.model_dump(mode="json", exclude_defaults=True)
    return kept
