"""Checks of an installation, each with what to do about it. Changes nothing."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distribution, packages_distributions
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import psycopg

from core.database import connect
from core.errors import TrimtabError
from core.evidence.anchoring.timestamps import trust_of
from core.evidence.keys import key_file
from core.evidence.transit import transit_key
from core.runtime import database_url
from core.settings import Settings
from operations.syslog.counts import kept
from trimtab.listening import CannotListen, listen
from trimtab.schema import require_current

OWN_PACKAGES = (
    "trimtab",
    "api",
    "scheduler",
    "changes",
    "drift",
    "operations",
    "inventory",
    "organization",
    "core",
    "lab",
    "playbooks",
)
FREE_BYTES = 1 << 30
VERIFIED = (
    "Add ?sslmode=verify-full&sslrootcert=FILE to TRIMTAB_DATABASE_URL, with the file of the "
    "authority that signed the server's certificate."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at; `advice` is empty where all is well."""

    name: str
    found: str
    advice: str = ""


def check(settings: Settings) -> tuple[Check, ...]:
    checks: tuple[Callable[[Settings], Check], ...] = (
        _python,
        _names,
        _home,
        _disk,
        _database,
        _encryption,
        _ansible,
        _pages,
        _port,
        _key,
        _log_key,
        _anchors,
        _syslog,
    )
    return tuple(one(settings) for one in checks)


def foreign_owners() -> dict[str, list[str]]:
    """Our package names that another installed distribution ships as well."""
    owners = packages_distributions()
    found = {name: sorted(set(owners.get(name, [])) - {"trimtab"}) for name in OWN_PACKAGES}
    return {name: others for name, others in found.items() if others}


def _python(_settings: Settings) -> Check:
    return Check(name="python", found=sys.version.split()[0])


def _names(_settings: Settings) -> Check:
    others = foreign_owners()
    if not others:
        return Check(name="package names", found="all ours")
    clash = ", ".join(f"{name} ({', '.join(by)})" for name, by in others.items())
    return Check(
        name="package names",
        found=clash,
        advice="Install Trimtab into a virtual environment of its own.",
    )


def _home(settings: Settings) -> Check:
    if os.access(_existing(settings.home), os.W_OK | os.X_OK, effective_ids=True):
        return Check(name="home", found=str(settings.home))
    return Check(
        name="home",
        found=f"{settings.home} is not writable",
        advice="Set TRIMTAB_HOME to a folder that you own.",
    )


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(_existing(settings.home)).free
    short = free < FREE_BYTES
    return Check(
        name="disk",
        found=f"{free >> 20} MiB free",
        advice="Make at least 1 GiB free there." if short else "",
    )


def _existing(path: Path) -> Path:
    """The nearest folder on the way to `path` that is there, as far as we may look."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if _is_dir(place))


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError:
        return False


def _database(settings: Settings) -> Check:
    kind = "external" if settings.database_url else "embedded"
    try:
        with database_url(settings) as url:
            engine = connect(url)
            try:
                require_current(engine)
            finally:
                engine.dispose()
    except TrimtabError as error:
        return Check(name="database", found=f"{kind}, not ready", advice=error.message)
    return Check(name="database", found=f"{kind}, schema current")


def _encryption(settings: Settings) -> Check:
    """Whether what goes to an external server can be read or answered by others on the way."""
    name = "database connection"
    if settings.database_url is None:
        return Check(name=name, found="within this machine" + _door(settings))
    try:
        engine = connect(settings.database_url.get_secret_value())
    except TrimtabError as error:
        return Check(name=name, found="none", advice=error.message)
    try:
        with engine.connect() as connection:
            link = cast("psycopg.Connection[object]", connection.connection.driver_connection)
            near, encrypted = _is_near(link.info), link.pgconn.ssl_in_use
    finally:
        engine.dispose()
    if near:
        return Check(name=name, found="within this machine")
    if not encrypted:
        return Check(name=name, found="not encrypted", advice=VERIFIED)
    checked = engine.url.query.get("sslmode") == "verify-full"
    found = f"encrypted, {'server verified' if checked else 'server not verified'}"
    return Check(name=name, found=found, advice="" if checked else VERIFIED)


def _is_near(info: psycopg.ConnectionInfo) -> bool:
    """Whether the server is this machine, as this end sees it: a door in between hides it there."""
    return not info.hostaddr or ip_address(info.hostaddr).is_loopback


def _door(settings: Settings) -> str:
    if settings.database_listen_host is None:
        return ""
    where = f"{settings.database_listen_host}:{settings.database_listen_port}"
    return f"; far workers by TLS at {where} while Trimtab serves"


def _ansible(_settings: Settings) -> Check:
    program = Path(sys.executable).parent / "ansible-playbook"
    if program.exists():
        return Check(name="ansible", found=distribution("ansible-core").version)
    return Check(
        name="ansible",
        found=f"{program} is missing",
        advice="Install Trimtab's dependencies into this environment.",
    )


def _pages(_settings: Settings) -> Check:
    manifest = Path(__file__).parents[1] / "api" / "web" / "static" / "manifest.json"
    if manifest.exists():
        return Check(name="pages", found="built")
    return Check(
        name="pages",
        found="not built",
        advice="Install again with an npm registry in reach, or use the released wheel.",
    )


def _port(settings: Settings) -> Check:
    where = f"{settings.api_host}:{settings.api_port}"
    try:
        listen(settings).close()
    except CannotListen as error:
        advice = f"If Trimtab runs already, all is well. {error.message}"
        return Check(name="port", found=f"{where} is not free", advice=advice)
    return Check(name="port", found=f"{where} is free")


def _key(settings: Settings) -> Check:
    return _kept_key("secret key", settings.key_path)


def _log_key(settings: Settings) -> Check:
    name, key = "audit key", transit_key(settings)
    if key is None:
        return _kept_key(name, key_file(settings))
    where = f"vault:{key.place}"
    try:
        held = key.held()
    except TrimtabError as error:
        return Check(name=name, found=f"{where} cannot be used", advice=error.message)
    if key_file(settings).exists():
        advice = "`trimtab audit rotate-key --reason ...` moves the key of the file to Vault."
        return Check(name=name, found=f"{where}, and {key_file(settings)}", advice=advice)
    if held is None:
        return Check(name=name, found=f"{where}, made at first use")
    advice = "Rotate to a key that is neither exportable nor has allow_plaintext_backup."
    found = f"{where}, version {held.newest}"
    return Check(name=name, found=found, advice=advice if held.leaves else "")


def _anchors(settings: Settings) -> Check:
    """Whether heads get out of reach of whoever owns the database, and are checked as they can."""
    name, places = "audit anchors", _places(settings)
    try:
        trust = trust_of(settings)
    except TrimtabError as error:
        return Check(name=name, found=places or "none", advice=error.message)
    if not places:
        return Check(name=name, found="none; see docs/evidence.md")
    advice = ""
    if settings.audit_tsa_url and not trust.roots:
        advice = "Set TRIMTAB_AUDIT_TSA_CA: without it no signature of a token is checked here."
    return Check(name=name, found=places, advice=advice)


def _places(settings: Settings) -> str:
    count = len(settings.audit_anchor_notify_urls)
    found = {
        "file": settings.audit_anchor_file, "syslog": settings.audit_anchor_syslog,
        "witness": settings.audit_witness_url, "timestamp authority": settings.audit_tsa_url,
        f"{count} by notifiers": count,
    }  # fmt: skip
    return ", ".join(name for name, value in found.items() if value)


def _kept_key(name: str, path: Path) -> Check:
    """A file that only its owner may read, of which there has to be a copy elsewhere."""
    try:
        loose = path.stat().st_mode & 0o077
    except (FileNotFoundError, NotADirectoryError):
        return Check(name=name, found="made at first use")
    except OSError as error:
        advice = "Run Trimtab as the user who owns TRIMTAB_HOME."
        return Check(name=name, found=f"{path}: {error.strerror}", advice=advice)
    return Check(name=name, found=str(path), advice=f"chmod 600 {path}" if loose else "")


def _syslog(settings: Settings) -> Check:
    counts = kept(settings.home)
    if counts is None:
        return Check(name="syslog", found="never listened")
    where = ", ".join(counts.listening) or "ended"
    found = (
        f"{where}; since {counts.since:%Y-%m-%d %H:%M}Z {counts.received} received, "
        f"{counts.unparsed} unparsed, {counts.unknown_sender} of unknown senders, "
        f"{counts.dropped} dropped, {counts.triggered} collections asked for"
    )
    advice = ""
    if counts.dropped:
        advice = "More came than could be read. Let devices send severity 5 and worse only."
    elif counts.unknown:
        strangers = ", ".join(list(counts.unknown)[-3:])
        advice = f"Add the senders as devices, or as TRIMTAB_SYSLOG_RELAYS: {strangers}."
    return Check(name="syslog", found=found, advice=advice)
