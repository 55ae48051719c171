"""Settings from the environment (`TRIMTAB_*`) and one TOML file. Never reads the database."""

import os
import tomllib
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from typing_extensions import override

from core.errors import SettingsError

KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def default_home() -> Path:
    """Where state lives: root needs a place that an unprivileged database user can enter."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/trimtab")
    return user_data_path("trimtab", appauthor=False)


def config_file() -> Path:
    return Path(os.environ.get("TRIMTAB_CONFIG", "trimtab.toml"))


class Settings(BaseSettings):
    """Everything an installation may choose; `trimtab doctor` prints each with its source."""

    model_config = SettingsConfigDict(
        env_prefix="TRIMTAB_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=default_home, description="Folder for all state.")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL 15 or newer as postgresql://...; empty: the embedded one."
    )
    postgres_os_user: str = Field(
        "nobody", description="Unprivileged user of the embedded PostgreSQL when run as root."
    )
    database_listen_host: str | None = Field(
        None, description="Address on which far workers reach the embedded PostgreSQL; empty: none."
    )
    database_listen_port: int = Field(5432, ge=1, le=65535, description="Port of that, TLS only.")
    database_names: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names and addresses by which far workers reach it, the first one foremost."
    )
    database_tls_cert: Path | None = Field(
        None, description="Certificate of that port with its chain, PEM; empty: made by Trimtab."
    )
    database_tls_key: Path | None = Field(None, description="Key of that certificate, PEM.")
    database_tls_ca: Path | None = Field(
        None, description="Authority that signed that certificate, PEM, for the far workers."
    )
    secret_key_file: Path | None = Field(
        None, description="Key of secrets kept in the database; default HOME/secret.key."
    )
    api_host: str = Field("127.0.0.1", description="Address that the pages and REST listen on.")
    api_port: int = Field(8440, ge=0, le=65535, description="Port of the pages and REST.")
    session_hours: int = Field(12, ge=1, le=720, description="Hours until a sign-in ends.")
    cookie_secure: bool = Field(
        default=False, description="Send the session cookie over HTTPS only."
    )
    collect_threads: int = Field(20, ge=1, le=500, description="Devices collected at a time.")
    site_sessions: int = Field(
        20, ge=1, le=500, description="Devices of one site collected at a time; a site may differ."
    )
    device_timeout: float = Field(30.0, gt=0, description="Seconds until a device session fails.")
    collection_seconds: float = Field(
        300.0, gt=0, description="Seconds until a whole collection of one device is ended."
    )
    collection_megabytes: int = Field(
        64, ge=1, le=1024, description="What a device may show in one session before it is ended."
    )
    trust_threshold: int = Field(
        70, ge=50, le=100, description="Score from which a capture is trusted."
    )
    worker_jobs: int = Field(4, ge=1, le=100, description="Jobs that one worker runs at a time.")
    lease_seconds: int = Field(60, ge=5, description="A change run's lease without a beat.")
    guard_minutes: int = Field(
        10, ge=0, le=120,
        description="Minutes until a device goes back by itself unless a change is confirmed; "
        "0: devices are not asked to.",
    )  # fmt: skip
    approval_days: int = Field(
        14, ge=1, le=365, description="Days that an approval counts for a change without a window."
    )
    emergency_review_hours: int = Field(
        72, ge=1, le=720, description="Hours in which two persons review a broken glass."
    )
    password_days: int = Field(
        180, ge=1, le=3650, description="Days after which a login's password is due for rotation."
    )
    ansible_forks: int = Field(20, ge=1, le=500, description="Hosts that Ansible works at a time.")
    notify_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Apprise addresses for notifications; a space between them, or a list."
    )
    notify_person_url: SecretStr | None = Field(
        None,
        description="Apprise address of a single person, with {email} or {username} in it; "
        "empty: persons are told on their page alone.",
    )
    notify_daily_hour: int = Field(
        7, ge=0, le=23, description="Hour (UTC) of the one notice a day, for who wants it so."
    )
    public_url: str | None = Field(
        None, pattern=r"^https?://[^\s/]+(/[^\s?#]*)?$",
        description="Address of the pages as persons reach them, for links in notices.",
    )  # fmt: skip
    intent_folder: Path | None = Field(
        None, description="Folder (a git working tree) with templates of intended configurations."
    )
    rule_packs: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Rule packs of your own, files or folders; a space between them, or a list."
    )
    platforms_folder: Path | None = Field(
        None, description="Folder with platforms of your own, one YAML file each."
    )
    playbooks: Path | None = Field(
        None, description="Folder with playbooks of your own, a folder each, beside those shipped."
    )
    syslog_host: str = Field(
        "0.0.0.0",  # noqa: S104 - devices are elsewhere; without a port nothing listens
        description="Address that the syslog listener listens on.",
    )
    syslog_udp_port: int | None = Field(
        None, ge=0, le=65535, description="Port of syslog over UDP (514); empty: none."
    )
    syslog_tcp_port: int | None = Field(
        None, ge=0, le=65535, description="Port of syslog over TCP (RFC 6587; 601); empty: none."
    )
    syslog_tls_port: int | None = Field(
        None, ge=0, le=65535, description="Port of syslog over TLS (RFC 5425; 6514); empty: none."
    )
    syslog_tls_cert: Path | None = Field(
        None, description="Certificate of the TLS listener with its chain, PEM."
    )
    syslog_tls_key: Path | None = Field(None, description="Key of that certificate, PEM.")
    syslog_tls_ca: Path | None = Field(
        None, description="Authorities, PEM; with it only senders with a certificate are heard."
    )
    syslog_relays: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        (), description="Addresses or networks of relays, whose messages name the device."
    )
    syslog_settle_seconds: float = Field(
        2.0, ge=0, le=300, description="Seconds between a reported change and the collection."
    )
    syslog_events: bool = Field(
        default=True, description="Make events of messages of severity error and worse."
    )
    keep_all_days: int | None = Field(
        None, ge=1, description="Days that every configuration text is kept; empty: for ever."
    )
    keep_daily_days: int = Field(
        365, ge=1, description="Days that one text a day is kept after that; then one a week."
    )
    keep_standings_days: int | None = Field(
        None, ge=1, description="Days that it is kept how devices stood to rules; empty: for ever."
    )
    audit_anchor_file: Path | None = Field(
        None, description="File on another mount to which signed heads of the audit log are added."
    )
    audit_anchor_syslog: str | None = Field(
        None, description="Syslog server for the same: udp://HOST:514, tcp://HOST:601 or a socket."
    )
    audit_witness_url: str | None = Field(
        None, pattern=r"^https?://[^\s/]+$",
        description="Address of a second Trimtab that checks and countersigns our heads.",
    )  # fmt: skip
    audit_witness_token: str | None = Field(
        None, description="Token for it, by reference, such as file:/etc/trimtab/witness."
    )
    audit_anchor_seconds: int = Field(
        60, ge=1, le=86400, description="Seconds from one head laid down outside to the next."
    )
    audit_witness_key: Annotated[tuple[KeyId, ...], NoDecode] = Field(
        (), description="Id of the witness's key, from paper; after a rotation both, with a space."
    )
    audit_tsa_url: str | None = Field(
        None, pattern=r"^https?://[^\s/@?#]+(/[^\s?#]*)?$",
        description="Timestamp authority (RFC 3161) that dates our heads.",
    )  # fmt: skip
    audit_tsa_ca: Path | None = Field(
        None, description="Root certificates, PEM, that its tokens have to lead to."
    )
    audit_tsa_policy: str | None = Field(
        None, pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$",
        description="Policy, as an object identifier, that its tokens have to name.",
    )  # fmt: skip
    audit_tsa_minutes: int = Field(
        10, ge=1, le=10080, description="Minutes from one head dated there to the next at least."
    )
    audit_anchor_notify_urls: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="Apprise addresses that get heads of the audit log, such as an auditor's."
    )
    audit_anchor_notify_hours: int = Field(
        24, ge=1, le=8760, description="Hours from one head sent there to the next at least."
    )
    audit_key_vault: str | None = Field(
        None, pattern=r"^[\w.-]+(/[\w.-]+)+$",
        description="Key in Vault's transit engine that signs heads, as MOUNT/NAME; empty: a file.",
    )  # fmt: skip
    audit_key_vault_seconds: float = Field(
        5.0, gt=0, le=60, description="Seconds that Vault may take for an answer."
    )
    audit_archive_folder: Path | None = Field(
        None, description="Folder of the audit log's archives; default HOME/audit-archives."
    )
    audit_keep_days: int | None = Field(
        None, ge=30, le=36500,
        description="Days after which maintenance proposes to archive audit records; empty: never.",
    )  # fmt: skip
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def key_path(self) -> Path:
        return self.secret_key_file or self.home / "secret.key"

    @field_validator(
        "notify_urls", "rule_packs", "syslog_relays", "database_names", "audit_witness_key",
        "audit_anchor_notify_urls", mode="before",
    )  # fmt: skip
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, config_file())
        return init_settings, env_settings, toml


def load_settings() -> Settings:
    """Read the settings, or raise SettingsError naming the file or variable at fault."""
    file = config_file()
    try:
        if file.exists() or "TRIMTAB_CONFIG" in os.environ:
            unknown = set(tomllib.loads(file.read_text())) - set(Settings.model_fields)
            if unknown:
                raise SettingsError(
                    f"{file} has settings that Trimtab does not know: "
                    f"{', '.join(sorted(unknown))}. `trimtab doctor` lists all of them."
                )
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    except OSError as error:
        raise SettingsError(
            f"The settings file {file} cannot be read ({error.strerror}). Correct TRIMTAB_CONFIG, "
            "or unset it for trimtab.toml in the working folder."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Setting {name} (TRIMTAB_{name.upper()} or {file}) is wrong: {first['msg']}"
        ) from error
