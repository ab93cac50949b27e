"""`/api/v1/forms`: which forms can be read, and what their numbers and rules are called."""

from fastapi import APIRouter

from api.http.dependencies import ReadingsDep
from api.http.errors import ProtocolError, documented
from api.schemas.common import FormDetail, FormList, FormPage, FormSummary, NumberInfo, RuleInfo, Text
from pipeline.forms import FormTemplate, NumberField, known_forms
from pipeline.forms.template import Text as Label

router = APIRouter(prefix="/forms", tags=["forms"])


@router.get("")
def list_forms(readings: ReadingsDep) -> FormList:
    """List every form that can be read; each variant of a family is one."""
    return FormList(
        forms=[
            FormSummary(
                id=form.id,
                family=form.family,
                parameters=dict(form.parameters),
                title=_text(form.title),
                confirmed=form.confirmed,
                pages=form.pages,
            )
            for form in known_forms(readings.forms)
        ]
    )


@router.get("/{form}", responses=documented((404, "form_unknown")))
async def show_form(form: str, readings: ReadingsDep) -> FormDetail:
    """Describe the numbers of a form, page by page, and the rules between them."""
    if form not in readings.forms:
        families = dict.fromkeys(known.family for known in known_forms(readings.forms))
        raise ProtocolError(404, "form_unknown", form=form, installed=", ".join(families))
    return _detail(readings.forms[form])


def _detail(form: FormTemplate) -> FormDetail:
    return FormDetail(
        id=form.id,
        title=_text(form.title),
        confirmed=form.confirmed,
        pages=[FormPage(number=page.number, numbers=[_number(field) for field in page.numbers]) for page in form.pages],
        rules=[
            RuleInfo(id=rule.id, expression=rule.expression, severity=rule.severity, label=_text(rule.label))
            for rule in form.rules
        ],
    )


def _number(field: NumberField) -> NumberInfo:
    return NumberInfo(name=field.name, label=_text(field.label), boxes=field.boxes.count, required=field.required)


def _text(label: Label) -> Text:
    return Text(id=label.id, en=label.en)
