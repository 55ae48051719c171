"""Sites, logins and platforms over REST. Secrets are named, never shown or taken."""

from fastapi import APIRouter

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.shapes import Body, Key, Number, OfRow, Text
from inventory import credentials, sites
from inventory.models import Credential, Site
from inventory.platforms import known_platforms
from organization.units import by_code

router = APIRouter(tags=["inventory"])


class SiteOut(OfRow):
    id: int
    code: str
    name: str
    unit_id: int
    max_sessions: int | None
    jump: str | None


class SiteIn(Body):
    code: Text
    name: Text
    unit_code: Text


class SessionLimitIn(Body):
    """How many devices of the site are collected at a time; null: as the settings say."""

    max_sessions: Number | None


class JumpIn(Body):
    """The device of the CMDB that the site's devices are reached through; null: straight."""

    hostname: Text | None


class CredentialOut(OfRow):
    id: int
    name: str
    username: str
    password_ref: str | None
    enable_ref: str | None
    key_ref: str | None
    unit_id: int


class CredentialIn(Body):
    """References only: `env:NAME`, `file:PATH`, `db:NAME` or a plugin's."""

    name: Text
    username: Text
    unit_code: Text
    password_ref: Text | None = None
    enable_ref: Text | None = None
    key_ref: Text | None = None


class PlatformOut(OfRow):
    name: str
    driver: str


def _site(row: Site) -> SiteOut:
    return SiteOut.of(row)


def _credential(row: Credential) -> CredentialOut:
    return CredentialOut.of(row)


@router.get("/sites")
def list_sites(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[SiteOut]:
    rows = sites.list_sites(ctx)
    return page_within(rows, _site, lambda row: row.id, after=after, limit=limit)


@router.post("/sites", status_code=201)
def create_site(body: SiteIn, ctx: Ctx) -> SiteOut:
    unit = by_code(ctx, body.unit_code)
    return SiteOut.of(sites.create_site(ctx, code=body.code, name=body.name, unit=unit))


@router.post("/sites/{site_id}/session-limit", status_code=201)
def limit_sessions(site_id: Key, body: SessionLimitIn, ctx: Ctx) -> SiteOut:
    return SiteOut.of(sites.limit_sessions(ctx, site_id, body.max_sessions))


@router.post("/sites/{site_id}/jump", status_code=201)
def set_jump(site_id: Key, body: JumpIn, ctx: Ctx) -> SiteOut:
    return SiteOut.of(sites.set_jump(ctx, site_id, body.hostname))


@router.get("/credentials")
def list_credentials(ctx: Ctx, limit: Limit = 50, after: After = None) -> Page[CredentialOut]:
    rows = credentials.list_credentials(ctx)
    return page_within(rows, _credential, lambda row: row.id, after=after, limit=limit)


@router.post("/credentials", status_code=201)
def create_credential(body: CredentialIn, ctx: Ctx) -> CredentialOut:
    return CredentialOut.of(
        credentials.create_credential(
            ctx, name=body.name, username=body.username, unit=by_code(ctx, body.unit_code),
            password_ref=body.password_ref, enable_ref=body.enable_ref, key_ref=body.key_ref,
        )
    )  # fmt: skip


@router.get("/platforms")
def list_platforms(_ctx: Ctx) -> list[PlatformOut]:
    return [PlatformOut.of(platform) for platform in known_platforms()]
