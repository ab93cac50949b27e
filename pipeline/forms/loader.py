"""Templates from YAML files, with messages that name file, field and fault.

What a file says is understood once: a service, its workers' threads and the commands of one process open the same files
again and again, and templates are values that nobody changes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from models.strict import Strict
from pipeline.errors import FormError
from pipeline.forms.expand import ExpansionError
from pipeline.forms.family import Family, Shared
from pipeline.forms.installed import Forms, InstalledFamily, InstalledForm, TaggedPage, TagKey, claim, faults_of, share
from pipeline.forms.template import FormTemplate
from pipeline.yaml_files import load_kept, load_yaml

Part = TypeVar("Part", bound=Strict)
Load = Callable[[str], Any]

FORMS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "forms"
SHARED = "shared"
"""Folder, beside the templates, of what families have in common."""

_FILES = 256
"""Texts of files that are remembered, each with what it says."""


def load_form(path: Path) -> FormTemplate:
    """Read one template that is no family.

    Raises:
        FormError: `form_missing`, `form_not_yaml` or `form_invalid`; the text names file, field and fault.

    """
    text = form_text(path)
    return _form(path.name, _content(path.name, text, load_yaml))


def load_forms(folder: Path = FORMS_FOLDER, own: Path | None = None, *, side_by_side: bool = True) -> Forms:
    """Read every template of a folder, by id, in the order of their files; of families, every variant.

    Args:
        folder: Where they are.
        own: Another folder, of templates that somebody has added.
        side_by_side: Whether all are to be recognised at once, so that no two families may claim the same tag.

    Variants are made when they are first asked for: `load_variants` finds what is wrong with them.

    Raises:
        FormError: One of the files is faulty, or two of different families claim the same tag; `form_id_twice`: both
            folders have a form of one id; `forms_folder_missing`: there is no other folder.

    """
    if own is not None and not own.is_dir():
        raise FormError("forms_folder_missing", path=str(own))
    folders = [folder] if own is None else [folder, own]
    forms = _load([file for one in folders for file in sorted(one.glob("*.yaml"))], folders, load_kept)
    if side_by_side:
        claim(forms.installed)
    return forms


def load_variants(path: Path) -> list[FormTemplate]:
    """Read a template file and make every form that it stands for.

    Raises:
        FormError: As `load_form`; or `form_tag_twice`, `form_tag_unlike` among its own pages.

    """
    installed = _load([path])
    claim(installed.installed)
    forms = list(installed.values())
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


def _load(paths: Iterable[Path], folders: Sequence[Path] = (), load: Load = load_yaml) -> Forms:
    """Read files; families as such, with the tags of every variant."""
    installed: dict[str, InstalledForm] = {}
    for path in paths:
        for form, known in _installed(path, load).items():
            if form in installed:
                raise FormError("form_id_twice", form=form, path=path.name)
            installed[form] = known
    return Forms(installed, folders)


def _installed(path: Path, load: Load) -> Mapping[str, InstalledForm]:
    """Return the forms that one file stands for, by id."""
    text = form_text(path)
    content = _understood(path.name, text, load)
    if isinstance(content, FormTemplate):
        return {content.id: InstalledForm.plain(content, text)}
    shared = tuple((name, form_text(path.parent / SHARED / f"{name}.yaml")) for name in content.include)
    return _variants(path.name, text, shared, load)


@lru_cache(_FILES)
def _understood(file: str, text: str, load: Load) -> FormTemplate | Family:
    content = _content(file, text, load)
    if not isinstance(content, dict) or "family" not in content or "id" in content:
        return _form(file, content)
    family = _checked(file, Family, content)
    _named_as(file, "family", family.family)
    return family


@lru_cache(_FILES)
def _variants(file: str, text: str, shared: tuple[tuple[str, str], ...], load: Load) -> Mapping[str, InstalledForm]:
    """Return every variant of a family, by id; `shared` holds name and text of what it includes."""
    family = _understood(file, text, load)
    assert isinstance(family, Family)
    whole = InstalledFamily(
        family,
        {name: _shared(f"{name}.yaml", content, load) for name, content in shared},
        "".join([text, *(f"\n# --- {SHARED}/{name}.yaml\n{content}" for name, content in shared)]),
    )
    try:
        return {form: InstalledForm.variant(form, whole) for form in family.ids()}
    except ExpansionError as error:
        raise FormError("form_invalid", path=file, faults=str(error)) from error


@lru_cache(_FILES)
def _shared(file: str, text: str, load: Load) -> Shared:
    return _checked(file, Shared, _content(file, text, load))


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


def _content(file: str, text: str, load: Load) -> Any:
    try:
        return load(text)
    except yaml.YAMLError as error:
        raise FormError("form_not_yaml", path=file, why=" ".join(str(error).split())) from error


def _form(file: str, content: Any) -> FormTemplate:
    form = _checked(file, FormTemplate, content)
    _named_as(file, "id", form.id)
    return form


def _checked(file: str, kind: type[Part], content: Any) -> Part:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise FormError("form_invalid", path=file, faults=faults_of(error)) from error


def _named_as(file: str, key: str, name: str) -> None:
    stem = Path(file).stem
    if name != stem:
        raise FormError("form_invalid", path=file, faults=f"{key}: {name} must equal the file name {stem}")
