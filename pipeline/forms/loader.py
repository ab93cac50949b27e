"""Templates from YAML files, with messages that name file, field and fault."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipeline.errors import FormError
from pipeline.forms.template import FormTemplate, PageTemplate, Tag
from pipeline.yaml_text import load_yaml

FORMS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "forms"


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """A page that a tag stands for."""

    form: FormTemplate
    page: PageTemplate


def load_form(path: Path) -> FormTemplate:
    """Read one template.

    Raises:
        FormError: `form_missing`, `form_not_yaml` or `form_invalid`; the text names file, field and fault.

    """
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormError("form_missing", path=path.name, folder=path.parent.name, why=error.strerror) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormError("form_not_yaml", path=path.name, why=" ".join(str(error).split())) from error
    try:
        form = FormTemplate.model_validate(content)
    except ValidationError as error:
        raise FormError("form_invalid", path=path.name, faults=_faults(error)) from error
    if form.id != path.stem:
        raise FormError("form_invalid", path=path.name, faults=f"id: {form.id} must equal the file name {path.stem}")
    return form


def load_forms(folder: Path = FORMS_FOLDER) -> Mapping[str, FormTemplate]:
    """Read every template of a folder, by id, in the order of their ids.

    Raises:
        FormError: One of them is faulty, or two of different families claim the same tag.

    """
    forms = {path.stem: load_form(path) for path in sorted(folder.glob("*.yaml"))}
    tagged_pages(list(forms.values()))
    return forms


def tagged_pages(forms: Sequence[FormTemplate]) -> Mapping[tuple[str, int], tuple[TaggedPage, ...]]:
    """Return `(family, id) -> pages` over all forms: the variants of one family may share a tag.

    Raises:
        FormError: `form_tag_twice`: two families, or two pages of one form, claim the same tag; `form_tag_unlike`:
            the pages of a family that share a tag differ in sheet, page number, or in where tag and corners stand.

    """
    pages: dict[tuple[str, int], tuple[TaggedPage, ...]] = {}
    for form in forms:
        for page in form.pages:
            if page.tag is None:
                continue
            key = (page.tag.family, page.tag.id)
            known, mine = pages.get(key, ()), TaggedPage(form, page)
            if known:
                _may_share(known[0], mine, page.tag)
            pages[key] = (*known, mine)
    return pages


def _may_share(first: TaggedPage, second: TaggedPage, tag: Tag) -> None:
    """Refuse a tag shared by pages that one search could not tell apart by the numbers that are printed on them."""
    detail = {"family": tag.family, "tag": tag.id, "first": first.form.id, "second": second.form.id}
    if first.form.family != second.form.family or first.form.id == second.form.id:
        raise FormError("form_tag_twice", **detail)
    alike = [(one.form.sheet, one.page.number, one.page.tag, one.page.corners) for one in (first, second)]
    if alike[0] != alike[1]:
        raise FormError("form_tag_unlike", **detail)


def form_hash(path: Path) -> str:
    """Return the SHA-256 of the template file in hexadecimal: what a reading was made with."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _faults(error: ValidationError) -> str:
    """Write pydantic's findings as `pages.1.numbers.0.boxes.pitch: fault; ...`."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'form'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False)
    )
