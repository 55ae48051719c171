"""The risk formula as pages: what counts and for how much, its versions, publishing and trying."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api.access import PageVisit, Visit
from api.shapes import Key
from api.web.render import page
from changes.risk import policies, trial
from changes.risk.formula import LARGEST, PolicyBroken, parse
from changes.risk.models import RiskPolicy
from changes.risk.policies import SHIPPED
from changes.risk.telling import rows
from changes.risk.trial import MOST
from core.context import Context
from organization.models import Unit
from organization.units import by_code

router = APIRouter(include_in_schema=False)
LIMIT = 50
Text = Annotated[str, Form(max_length=2 * LARGEST)]
Words = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the form holds, and why it was refused, if it was."""

    text: str
    unit: str = ""
    reason: str = ""
    last: int = 20
    refused: str = ""


def _unit(ctx: Context, code: str) -> Unit | None:
    return by_code(ctx, code) if code.strip() else None


def _form(visit: Visit, said: Said, *, status: int = 200) -> Response:
    """The formula in force for the unit of the form, its versions, and the form."""
    text = policies.text_in_force(visit.ctx, _unit(visit.ctx, said.unit))
    formula = parse(text)
    return page(
        "risk.html", visit, formula=formula, rows=rows(formula), said=said, most=MOST,
        versions=policies.list_versions(visit.ctx, limit=LIMIT), status=status,
    )  # fmt: skip


@router.get("/risk")
def show_formula(visit: PageVisit, unit: str = "") -> Response:
    text = policies.text_in_force(visit.ctx, _unit(visit.ctx, unit))
    return _form(visit, Said(text=text, unit=unit))


@router.get("/risk/versions/{policy_id}")
def show_version(visit: PageVisit, policy_id: Key) -> Response:
    row = policies.get_version(visit.ctx, policy_id)
    before = policies.before(visit.ctx, row)
    return page(
        "risk_version.html", visit, policy=row, before=before,
        altered=policies.compare(visit.ctx, before.id if before else SHIPPED, row.id),
    )  # fmt: skip


@router.post("/risk")
def publish(
    visit: PageVisit, text: Text, reason: Words, unit: Words = ""
) -> Response:  # fmt: skip
    """Publish, or the form again with what is wrong."""
    try:
        row: RiskPolicy = policies.publish(
            visit.ctx, _lines(text), unit=_unit(visit.ctx, unit), reason=reason
        )
    except PolicyBroken as error:
        said = Said(text=text, unit=unit, reason=reason, refused=error.message)
        return _form(visit, said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"/risk/versions/{row.id}", status_code=303)


@router.post("/risk/trial")
def try_formula(
    visit: PageVisit, text: Text, reason: Words = "", unit: Words = "",
    last: Annotated[int, Form(ge=1, le=MOST)] = 20,
) -> Response:  # fmt: skip
    """What the text would have said of the last changes; the form stays filled in."""
    said = Said(text=text, unit=unit, reason=reason, last=last)
    try:
        tried = trial.try_formula(visit.ctx, _lines(text), limit=last)
    except PolicyBroken as error:
        said = Said(text=text, unit=unit, reason=reason, last=last, refused=error.message)
        return _form(visit, said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return page("risk_trial.html", visit, said=said, tried=tried, most=MOST,
                differing=trial.differing(tried))  # fmt: skip


def _lines(text: str) -> str:
    """A form sends its lines with carriage returns."""
    return text.replace("\r\n", "\n")
