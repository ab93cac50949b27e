"""Templates from YAML files, with messages that name file, field and fault."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipeline.errors import FormError
from pipeline.forms.template import FormTemplate, PageTemplate
from pipeline.yaml_text import load_yaml

FORMS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "forms"


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """The page that one tag stands for."""

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
        FormError: One of them is faulty, or two claim the same tag.

    """
    forms = {path.stem: load_form(path) for path in sorted(folder.glob("*.yaml"))}
    tagged_pages(list(forms.values()))
    return forms


def tagged_pages(forms: Sequence[FormTemplate]) -> Mapping[tuple[str, int], TaggedPage]:
    """Return `(family, id) -> page` over all forms.

    Raises:
        FormError: `form_tag_twice`: two pages claim the same tag.

    """
    pages: dict[tuple[str, int], TaggedPage] = {}
    for form in forms:
        for page in form.pages:
            if page.tag is None:
                continue
            key = (page.tag.family, page.tag.id)
            if key in pages:
                raise FormError("form_tag_twice", family=key[0], tag=key[1], first=pages[key].form.id, second=form.id)
            pages[key] = TaggedPage(form, page)
    return pages


def form_hash(path: Path) -> str:
    """Return the SHA-256 of the template file in hexadecimal: what a reading was made with."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _faults(error: ValidationError) -> str:
    """Write pydantic's findings as `pages.1.numbers.0.boxes.pitch: fault; ...`."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'form'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False)
    )
