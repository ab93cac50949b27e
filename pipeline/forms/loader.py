"""Templates from YAML files, with messages that name file, field and fault."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from pipeline.errors import FormError
from pipeline.forms.expand import ExpansionError
from pipeline.forms.family import Family, Shared
from pipeline.forms.installed import Forms, InstalledFamily, InstalledForm, TaggedPage, TagKey, claim, faults_of, share
from pipeline.forms.template import FormTemplate, Strict
from pipeline.yaml_text import load_yaml

Part = TypeVar("Part", bound=Strict)

FORMS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "forms"
SHARED = "shared"
"""Folder, beside the templates, of what families have in common."""


def load_form(path: Path) -> FormTemplate:
    """Read one template that is no family.

    Raises:
        FormError: `form_missing`, `form_not_yaml` or `form_invalid`; the text names file, field and fault.

    """
    return _form(path, _content(path, form_text(path)))


def load_forms(folder: Path = FORMS_FOLDER, own: Path | None = None) -> Forms:
    """Read every template of a folder, by id, in the order of their files; of families, every variant.

    Args:
        folder: Where they are.
        own: Another folder, of templates that somebody has added.

    Variants are made when they are first asked for: `load_variants` finds what is wrong with them.

    Raises:
        FormError: One of the files is faulty, or two of different families claim the same tag; `form_id_twice`: both
            folders have a form of one id; `forms_folder_missing`: there is no other folder.

    """
    if own is not None and not own.is_dir():
        raise FormError("forms_folder_missing", path=str(own))
    folders = [folder] if own is None else [folder, own]
    return _load([file for one in folders for file in sorted(one.glob("*.yaml"))], folders)


def load_variants(path: Path) -> list[FormTemplate]:
    """Read a template file and make every form that it stands for.

    Raises:
        FormError: As `load_form`; or `form_tag_twice`, `form_tag_unlike` among its own pages.

    """
    forms = list(_load([path]).values())
    tagged_pages(forms)
    return forms


def tagged_pages(
    forms: Iterable[FormTemplate] | Mapping[str, FormTemplate],
) -> Mapping[tuple[str, int], tuple[TaggedPage, ...]]:
    """Return `(family, id) -> pages` over all forms: the variants of one family may share a tag.

    Of `load_forms()` itself, forms are made when their tag is asked for.

    Raises:
        FormError: `form_tag_twice`: two families, or two pages of one form, claim the same tag; `form_tag_unlike`:
            the pages of a family that share a tag differ in sheet or in where tag and corners stand.

    """
    if isinstance(forms, Forms):
        return forms.tagged
    pages: dict[TagKey, list[TaggedPage]] = {}
    for form in forms.values() if isinstance(forms, Mapping) else forms:
        for page in form.pages:
            if page.tag is not None:
                pages.setdefault((page.tag.family, page.tag.id), []).append(TaggedPage(form, page))
    return {key: share(key, claimed) for key, claimed in pages.items()}


def _load(paths: Iterable[Path], folders: Sequence[Path] = ()) -> Forms:
    """Read files; families as such, with the tags of every variant."""
    shared: dict[Path, tuple[str, Shared]] = {}
    installed: dict[str, InstalledForm] = {}
    for path in paths:
        text = form_text(path)
        content = _content(path, text)
        if not isinstance(content, dict) or "family" not in content or "id" in content:
            form = _form(path, content)
            _add(installed, path, {form.id: InstalledForm.plain(form, text)})
            continue
        family = _checked(path, Family, content)
        _named_as(path, "family", family.family)
        files = {name: path.parent / SHARED / f"{name}.yaml" for name in family.include}
        for file in files.values():
            if file not in shared:
                shared[file] = _shared(file)
        parts = {name: shared[file] for name, file in files.items()}
        whole = InstalledFamily(
            family,
            {name: part for name, (_, part) in parts.items()},
            "".join([text, *(f"\n# --- {SHARED}/{name}.yaml\n{said}" for name, (said, _) in parts.items())]),
        )
        _add(installed, path, _variants(path, whole))
    claim(installed)
    return Forms(installed, folders)


def _add(installed: dict[str, InstalledForm], path: Path, forms: Mapping[str, InstalledForm]) -> None:
    for form in forms:
        if form in installed:
            raise FormError("form_id_twice", form=form, path=path.name)
    installed.update(forms)


def _variants(path: Path, family: InstalledFamily) -> dict[str, InstalledForm]:
    try:
        return {form: InstalledForm.variant(form, family) for form in family.family.ids()}
    except ExpansionError as error:
        raise FormError("form_invalid", path=path.name, faults=str(error)) from error


def _shared(path: Path) -> tuple[str, Shared]:
    text = form_text(path)
    return text, _checked(path, Shared, _content(path, text))


def form_text(path: Path) -> str:
    """Return what a template file says, unread.

    Raises:
        FormError: `form_missing` or `form_not_yaml`.

    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FormError("form_missing", path=path.name, folder=path.parent.name, why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise FormError("form_not_yaml", path=path.name, why=str(error)) from error


def _content(path: Path, text: str) -> Any:
    try:
        return load_yaml(text)
    except yaml.YAMLError as error:
        raise FormError("form_not_yaml", path=path.name, why=" ".join(str(error).split())) from error


def _form(path: Path, content: Any) -> FormTemplate:
    form = _checked(path, FormTemplate, content)
    _named_as(path, "id", form.id)
    return form


def _checked(path: Path, kind: type[Part], content: Any) -> Part:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise FormError("form_invalid", path=path.name, faults=faults_of(error)) from error


def _named_as(path: Path, key: str, name: str) -> None:
    if name != path.stem:
        raise FormError("form_invalid", path=path.name, faults=f"{key}: {name} must equal the file name {path.stem}")
