"""Sites, logins, platforms and candidates over REST. Secrets are named, never shown or taken."""

from fastapi import APIRouter
from pydantic import Field

from api.access import Ctx
from api.pages import After, Limit, Page, page_within
from api.rest.devices import DeviceOut, device_out
from api.shapes import Body, OfRow, Text
from inventory import candidates, credentials, sites
from inventory.candidates import Candidate
from inventory.models import Credential, Site
from inventory.platforms import known_platforms
from organization.units import by_code

router = APIRouter(tags=["inventory"])


class SiteOut(OfRow):
    id: int
    code: str
    name: str
    unit_id: int


class SiteIn(Body):
    code: Text
    name: Text
    unit_code: Text


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


class CandidateOut(OfRow):
    address: str | None
    port: int
    source: str
    banner: str
    hostname: str
    platform: str | None
    problem: str


class DiscoveryIn(Body):
    ranges: list[Text] = Field(min_length=1, max_length=100)
    port: int = Field(22, ge=1, le=65535)
    credential: Text | None = Field(None, description="Sign in and identify with it.")


class CandidateIn(Body):
    hostname: Text
    address: Text
    platform: Text
    port: int = Field(22, ge=1, le=65535)


class AdoptionIn(Body):
    site: Text
    credential: Text
    candidates: list[CandidateIn] = Field(min_length=1, max_length=1000)


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


@router.get("/candidates")
def list_candidates(ctx: Ctx) -> list[CandidateOut]:
    """What devices see by LLDP and the inventory does not hold."""
    return [CandidateOut.of(one) for one in candidates.told_by_neighbours(ctx)]


@router.post("/discovery")
def discover(body: DiscoveryIn, ctx: Ctx) -> list[CandidateOut]:
    """What answers by SSH in these ranges and is no device yet; nothing else is contacted."""
    login = credentials.credential_by_name(ctx, body.credential) if body.credential else None
    found = candidates.discover(ctx, body.ranges, port=body.port, credential=login)
    return [CandidateOut.of(one) for one in found]


@router.post("/candidates/adoption", status_code=201)
def adopt(body: AdoptionIn, ctx: Ctx) -> list[DeviceOut]:
    """Make devices of candidates, all or none."""
    wanted = [Candidate(source="rest", **one.model_dump()) for one in body.candidates]
    login = credentials.credential_by_name(ctx, body.credential)
    added = candidates.adopt(ctx, wanted, site_code=body.site, credential=login)
    return [device_out(device) for device in added]
