"""The forms that are installed: plain ones at hand, variants of families made when they are first asked for.

A family may stand for a dozen forms of twenty pages; a reader meets one or two of them. Their ids and tags are known
from the start, so that a tag in a picture leads to the form.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import FormError
from pipeline.forms.expand import Expanded, ExpansionError, expand, tags_of_pages
from pipeline.forms.family import Family, Shared
from pipeline.forms.template import FormTemplate, PageTemplate, Text

TagKey = tuple[str, int]
"""Family and id of a tag."""


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """A page that a tag stands for."""

    form: FormTemplate
    page: PageTemplate


@dataclass(frozen=True, slots=True)
class InstalledFamily:
    """A family with what it includes, and the text of all of its files."""

    family: Family
    shared: Mapping[str, Shared]
    text: str


@dataclass(frozen=True, slots=True)
class InstalledForm:
    """A form whose template is at hand, or can be made.

    Attributes:
        id: Of the form.
        family: The id of its family.
        title, family_title: For people.
        confirmed: As in its template.
        pages: How many it has.
        tags: Of its pages, in their order.
        text: What the template is made from, whole: its file, or the files of its family.
        template: The template, where it is at hand.
        source: The family to make it from, where it is not.

    """

    id: str
    family: str
    title: Text
    family_title: Text
    confirmed: bool
    pages: int
    tags: tuple[TagKey, ...]
    text: str
    template: FormTemplate | None = None
    source: InstalledFamily | None = None

    @staticmethod
    def plain(form: FormTemplate, text: str = "") -> "InstalledForm":
        """Return a form that is no variant."""
        tags = tuple((page.tag.family, page.tag.id) for page in form.pages if page.tag)
        return InstalledForm(
            form.id, form.family, form.title, form.title, form.confirmed, len(form.pages), tags, text, template=form
        )

    @staticmethod
    def variant(form: str, source: InstalledFamily) -> "InstalledForm":
        """Return a variant of a family.

        Raises:
            ExpansionError: Its pages or tags are given by what there is not.

        """
        family = source.family
        variant = family.ids()[form]
        stated = tags_of_pages(family, variant)
        return InstalledForm(
            form,
            family.family,
            variant.title or family.title,
            family.title,
            family.confirmed_of(variant),
            len(stated),
            tuple(tag for tag in stated if tag is not None),
            source.text,
            source=source,
        )

    @property
    def parameters(self) -> Mapping[str, bool | int]:
        """What this form sets of the parameters of its family."""
        if self.source is None:
            return {}
        family = self.source.family
        return family.parameters_of(family.ids()[self.id])

    @property
    def leading_parameters(self) -> tuple[str, ...]:
        """Names of the parameters that a person chooses by; the others follow from them."""
        if self.source is None:
            return ()
        return tuple(name for name, parameter in self.source.family.parameters.items() if not parameter.derived)

    def made(self) -> FormTemplate:
        """Return the template.

        Raises:
            FormError: `form_invalid`: the family does not make a sound template; the text names file, field and fault.

        """
        if self.template is not None:
            return self.template
        assert self.source is not None
        file = f"{self.family}.yaml"
        try:
            expanded = expand(self.source.family, self.source.shared, self.id)
            return FormTemplate.model_validate(expanded.content)
        except ExpansionError as error:
            raise FormError("form_invalid", path=file, faults=f"{self.id}: {error}") from error
        except ValidationError as error:
            raise FormError("form_invalid", path=file, faults=f"{self.id}: {faults_of(error, expanded)}") from error


class Forms(Mapping[str, FormTemplate]):
    """Templates by id. Safe to share between threads.

    Args:
        installed: By id.
        folders: Where they come from; what belongs to a template lies beside it.
        named: Whether somebody has named the form whose these are: a sheet is sought as that form's, or not at all.

    """

    def __init__(
        self, installed: Mapping[str, InstalledForm], folders: Sequence[Path] = (), *, named: bool = False
    ) -> None:
        self._installed = dict(installed)
        self.folders = tuple(folders)
        self.named = named
        self._made: dict[str, FormTemplate] = {}
        self._lock = threading.Lock()
        self.tagged: Mapping[TagKey, tuple[TaggedPage, ...]] = _Tagged(self)

    def __getitem__(self, form: str) -> FormTemplate:
        with self._lock:
            if form not in self._made:
                self._made[form] = self._installed[form].made()
            return self._made[form]

    def __iter__(self) -> Iterator[str]:
        return iter(self._installed)

    def __len__(self) -> int:
        return len(self._installed)

    def __contains__(self, form: object) -> bool:
        return form in self._installed

    @property
    def installed(self) -> Mapping[str, InstalledForm]:
        """What is known of each form without making it."""
        return self._installed

    @property
    def families(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the forms of each family, in their order; a form without variants is its own family."""
        families: dict[str, tuple[str, ...]] = {}
        for form in self._installed.values():
            families[form.family] = (*families.get(form.family, ()), form.id)
        return families

    def of(self, family: str) -> "Forms":
        """Return the forms of one family; none where there is no such family."""
        return self._only(form for form in self._installed.values() if form.family == family)

    def alone(self, form: str) -> "Forms":
        """Return one form by itself."""
        return self._only([self._installed[form]])

    def chosen(self, wanted: str) -> "Forms":
        """Return the form with this id alone, or the forms of the family with this id.

        Raises:
            FormError: `form_unknown`; `form_tag_twice` among its own pages.

        """
        forms = self.alone(wanted) if wanted in self else self.of(wanted)
        if not forms:
            raise FormError("form_unknown", form=wanted, installed=", ".join(self.families))
        claim(forms.installed)
        return Forms(forms.installed, forms.folders, named=True)

    def _only(self, kept: Iterable[InstalledForm]) -> "Forms":
        return Forms({form.id: form for form in kept}, self.folders)


def known_forms(forms: Mapping[str, FormTemplate]) -> Sequence[InstalledForm]:
    """Return what is known of each form without making the templates of variants."""
    if isinstance(forms, Forms):
        return tuple(forms.installed.values())
    return [InstalledForm.plain(form) for form in forms.values()]


def chosen(forms: Mapping[str, FormTemplate], wanted: str) -> Mapping[str, FormTemplate]:
    """Return the form with this id alone, or the forms of the family with this id.

    Raises:
        FormError: As `Forms.chosen`.

    """
    if isinstance(forms, Forms):
        return forms.chosen(wanted)
    if wanted in forms:
        return {wanted: forms[wanted]}
    found = {form.id: form for form in forms.values() if form.family == wanted}
    if not found:
        raise FormError("form_unknown", form=wanted, installed=", ".join(forms))
    return found


class _Tagged(Mapping[TagKey, tuple[TaggedPage, ...]]):
    """The pages of every tag; their forms are made when a tag is asked for."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._ids: dict[TagKey, list[str]] = {}
        for form in forms.installed.values():
            for key in form.tags:
                self._ids.setdefault(key, []).append(form.id)
        self._pages: dict[TagKey, tuple[TaggedPage, ...]] = {}

    def __getitem__(self, key: TagKey) -> tuple[TaggedPage, ...]:
        if key not in self._pages:
            forms = [self._forms[form] for form in self._ids[key]]
            self._pages[key] = share(
                key,
                [
                    TaggedPage(form, page)
                    for form in forms
                    for page in form.pages
                    if page.tag and (page.tag.family, page.tag.id) == key
                ],
            )
        return self._pages[key]

    def __iter__(self) -> Iterator[TagKey]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def share(key: TagKey, pages: Sequence[TaggedPage]) -> tuple[TaggedPage, ...]:
    """Return the pages of one tag, if one search can find them all.

    Raises:
        FormError: `form_tag_twice` or `form_tag_unlike`; see `tagged_pages`.

    """
    first, *others = pages
    forms = [page.form.id for page in pages]
    for other in others:
        detail = {"family": key[0], "tag": key[1], "first": first.form.id, "second": other.form.id}
        if other.form.family != first.form.family or forms.count(other.form.id) > 1:
            raise FormError("form_tag_twice", **detail)
        alike = [(one.form.sheet, one.page.tag, one.page.corners) for one in (first, other)]
        if alike[0] != alike[1]:
            raise FormError("form_tag_unlike", **detail)
    return tuple(pages)


def claim(installed: Mapping[str, InstalledForm]) -> None:
    """Refuse a tag that two families claim, or one form twice.

    Raises:
        FormError: `form_tag_twice`.

    """
    claims: dict[TagKey, InstalledForm] = {}
    for form in installed.values():
        for key in form.tags:
            other = claims.setdefault(key, form)
            if other.family != form.family or form.tags.count(key) > 1:
                raise FormError("form_tag_twice", family=key[0], tag=key[1], first=other.id, second=form.id)


def faults_of(error: ValidationError, expanded: Expanded | None = None) -> str:
    """Write pydantic's findings as `pages.1.numbers.0.boxes.pitch: fault; ...`, as places in the family's files."""
    return "; ".join(
        f"{_place(fault['loc'], expanded)}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False)
    )


def _place(location: tuple[str | int, ...], expanded: Expanded | None) -> str:
    """Return where a fault lies, in the file that a person wrote."""
    for length in range(len(location), 0, -1) if expanded else ():
        assert expanded is not None
        if (origin := expanded.origins.get(location[:length])) is not None:
            return ".".join([origin, *(str(part) for part in location[length:])])
    return ".".join(str(part) for part in location) or "form"
