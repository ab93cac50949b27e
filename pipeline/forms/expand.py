"""A family becomes the plain template of one of its variants."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.forms.family import Block, Content, Family, FamilyPage, FamilyRule, Repeat, Shared, Sum, Variant
from pipeline.forms.placeholders import PlaceholderError, Value, filled, whole

Origin = tuple[str | int, ...]
"""A place in a template, such as ("pages", 1, "numbers", 0)."""

MAX_COPIES = 200
"""How often something can be repeated: a slip in a file must not fill the memory."""

_MAX_DEPTH = 12
_ARTWORK = ("frames", "solids", "lines", "captions")
_AREAS = ("private", "variable")
_NUMBER = (int, float)


class ExpansionError(ValueError):
    """A family cannot become a template; the message says where in its file, and why."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """The template of one variant.

    Attributes:
        content: As a plain template file would hold it.
        origins: Where in the family's files each of its elements stands.

    """

    content: Content
    origins: Mapping[Origin, str]


def expand(family: Family, shared: Mapping[str, Shared], form: str) -> Expanded:
    """Return the template of the variant with the id `form`.

    Args:
        family: The family.
        shared: The files that it includes, by name.
        form: One of `family.ids()`.

    Raises:
        ExpansionError: A placeholder, block or condition names what there is not, or a block uses itself.

    """
    variant = family.ids()[form]
    values: dict[str, Value] = {**family.texts, **family.parameters_of(variant)}
    laying = _Laying({**_shared_blocks(family, shared), **_own_blocks(family)})
    pages = [
        laying.page(place, page, f"pages.{index}", inner)
        for place, (index, page, inner) in enumerate(_pages(family, values))
    ]
    rules = laying.rules([*_shared_rules(family, shared), *_own_rules(family)], values)
    content = {
        "id": form,
        "family": family.family,
        "parameters": family.parameters_of(variant),
        "title": _filled((variant.title or family.title).model_dump(), values, "title"),
        "source": _filled(family.source, values, "source"),
        "confirmed": family.confirmed_of(variant),
        "sheet": family.sheet,
        "capture": family.capture,
        "pages": pages,
        "rules": rules,
    }
    return Expanded(content, laying.origins)


def tags_of_pages(family: Family, variant: Variant) -> list[tuple[str, int] | None]:
    """Return `(family, id)` of the tag of every page of a variant, None for one without, and nothing else of it.

    Raises:
        ExpansionError: A tag is given by what there is not.

    """
    values: dict[str, Value] = {**family.texts, **family.parameters_of(variant)}
    return [_tag(page, inner, f"pages.{index}.tag") for index, page, inner in _pages(family, values)]


def _tag(page: FamilyPage, values: Mapping[str, Value], where: str) -> tuple[str, int] | None:
    if page.tag is None:
        return None
    tag = _filled({key: page.tag.get(key) for key in ("family", "id")}, values, where)
    if not isinstance(tag["family"], str) or isinstance(tag["id"], bool) or not isinstance(tag["id"], int):
        raise ExpansionError(f"{where}: family must be a name and id a whole number, not {tag}")
    return tag["family"], tag["id"]


def _pages(family: Family, values: Mapping[str, Value]) -> Iterator[tuple[int, FamilyPage, dict[str, Value]]]:
    """Yield the pages: place in the file, page, and what its placeholders stand for."""
    runs = [
        (index, page, inner)
        for index, page in enumerate(family.pages)
        if _stands(page, values, f"pages.{index}")
        for _, inner in _runs(page.repeat, values, f"pages.{index}.repeat")
    ]
    numbers: list[int] = []
    for copy, (_, page, _) in enumerate(runs):
        first = page.number if copy == 0 or runs[copy - 1][1] is not page else None
        numbers.append(first or (numbers[-1] + 1 if numbers else 1))
    for number, (index, page, inner) in zip(numbers, runs, strict=True):
        yield index, page, {**inner, "page": number, "pages": numbers[-1]}


def _runs(repeat: Repeat | None, values: Mapping[str, Value], where: str) -> Iterator[tuple[int, dict[str, Value]]]:
    """Yield how far on each copy is, 0, 1, 2, ..., and what its placeholders stand for."""
    if repeat is None:
        yield 0, dict(values)
        return
    for copy, value in enumerate(_run(repeat, values, where)):
        yield copy, {**values, repeat.each: value}


def _run(counted: Repeat | Sum, values: Mapping[str, Value], where: str) -> range:
    try:
        first, count = whole(counted.first, values), whole(counted.count, values)
    except PlaceholderError as error:
        raise ExpansionError(f"{where}: {error}") from error
    if not 0 <= count <= MAX_COPIES:
        raise ExpansionError(f"{where}.count: {count} is outside 0..{MAX_COPIES}")
    return range(first, first + count * counted.step, counted.step)


@dataclass(frozen=True, slots=True)
class _Named:
    """A block, and where it stands."""

    block: Block
    where: str


@dataclass(slots=True)
class _Laying:
    """Blocks laid out on the pages of one form.

    Attributes:
        blocks: By name.
        origins: As in `Expanded`.
        place: Of the page in hand among the pages of the form; its printed number may be another.

    """

    blocks: Mapping[str, _Named]
    origins: dict[Origin, str] = field(default_factory=dict)
    place: int = 0

    def page(self, place: int, page: FamilyPage, where: str, values: Mapping[str, Value]) -> Content:
        """Return one page, the one at `place` among the pages of the form."""
        self.place = place
        content: Content = {"number": values["page"], "confirmed": page.confirmed, "artwork": {}}
        content["shared_print"] = page.shared_print
        content |= {kind: [] for kind in ("numbers", *_AREAS)}
        for name, fiducial in (("tag", page.tag), ("corners", page.corners)):
            if fiducial is not None:
                content[name] = _filled(fiducial, values, f"{where}.{name}")
                self.origins["pages", place, name] = f"{where}.{name}"
        content["artwork"] = {kind: [] for kind in _ARTWORK}
        for index, block in enumerate(page.blocks):
            self._block(content, _Named(block, f"{where}.blocks.{index}"), (0.0, 0.0), values, 0)
        return content

    def rules(self, named: Sequence[tuple[FamilyRule, str]], values: Mapping[str, Value]) -> list[Content]:
        """Return the rules."""
        content: list[Content] = []
        for rule, where in named:
            for _, inner in _runs(rule.repeat, values, f"{where}.repeat"):
                self.origins["rules", len(content)] = where
                element = rule.model_dump(exclude={"repeat", "sum"})
                content.append(_filled(element, _with_sum(rule.sum, inner, where), where))
        return content

    def _block(
        self, page: Content, named: _Named, at: tuple[float, float], values: Mapping[str, Value], depth: int
    ) -> None:
        """Lay one block onto a page, at every place where it stands."""
        block, where = named.block, named.where
        if not _stands(block, values, where):
            return
        if depth > _MAX_DEPTH:
            raise ExpansionError(f"{where}: blocks use each other more than {_MAX_DEPTH} deep")
        for copy, inner in _runs(block.repeat, values, f"{where}.repeat"):
            pitch = block.repeat.pitch if block.repeat else (0.0, 0.0)
            x, y = (at[i] + block.at[i] + copy * pitch[i] for i in (0, 1))
            inner.update(_filled(dict(block.values), inner, f"{where}.values"))
            if block.use is not None:
                self._block(page, self._named(block.use, where), (x, y), inner, depth + 1)
            self._elements(page, block, where, (x, y), inner)
            for index, part in enumerate(block.blocks):
                self._block(page, _Named(part, f"{where}.blocks.{index}"), (x, y), inner, depth + 1)

    def _named(self, name: str, where: str) -> _Named:
        if name not in self.blocks:
            raise ExpansionError(f"{where}.use: there is no block {name}; there are {', '.join(sorted(self.blocks))}")
        return self.blocks[name]

    def _elements(
        self, page: Content, block: Block, where: str, at: tuple[float, float], values: Mapping[str, Value]
    ) -> None:
        """Add what a block itself holds."""
        for kind in ("numbers", *_AREAS, *_ARTWORK):
            if not (elements := getattr(block, kind)):
                continue
            inside = ("artwork", kind) if kind in _ARTWORK else (kind,)
            kept: list[Any] = page["artwork"][kind] if kind in _ARTWORK else page[kind]
            for index, element in enumerate(elements):
                place = f"{where}.{kind}.{index}"
                content = _filled(*_without_sum(element, values, place), place)
                if kind == "captions" and isinstance(content, dict) and isinstance(content.get("text"), int):
                    content["text"] = str(content["text"])  # a placeholder alone keeps its kind
                self.origins["pages", self.place, *inside, len(kept)] = place
                kept.append(_moved(kind, content, at))


def _filled(content: Any, values: Mapping[str, Value], where: str) -> Any:
    try:
        return filled(content, values)
    except PlaceholderError as error:
        raise ExpansionError(f"{where}: {error}") from error


def _stands(block: Block | FamilyPage, values: Mapping[str, Value], where: str) -> bool:
    """Return whether the conditions of a block or page hold."""
    for key, name, wanted in (("when", block.when, True), ("unless", block.unless, False)):
        if name is None:
            continue
        value = values.get(name)
        if not isinstance(value, int):
            raise ExpansionError(f"{where}.{key}: {name} is no parameter: neither yes or no, nor a whole number")
        if (value > 0) is not wanted:
            return False
    return True


def _without_sum(element: Any, values: Mapping[str, Value], where: str) -> tuple[Any, Mapping[str, Value]]:
    """Return an element without its key `sum`, and the values with what that says."""
    if not isinstance(element, dict) or "sum" not in element:
        return element, values
    return {key: value for key, value in element.items() if key != "sum"}, _with_sum(
        Sum.model_validate(element["sum"]), values, where
    )


def _with_sum(stated: Sum | None, values: Mapping[str, Value], where: str) -> Mapping[str, Value]:
    if stated is None:
        return values
    run = _run(stated, values, f"{where}.sum")
    parts = [str(_filled(stated.of, {**values, stated.each: value}, f"{where}.sum.of")) for value in run]
    return {**values, "sum": " + ".join(parts)}


def _moved(kind: str, element: Any, at: tuple[float, float]) -> Any:
    """Move an element; whatever is not as it should be is left for the check of the template."""
    if at == (0.0, 0.0):
        return element
    if kind in _AREAS:
        return _moved_list(element, at)
    if kind == "frames":
        return [_moved_list(element[0], at), *element[1:]] if isinstance(element, list) and element else element
    if kind == "solids":
        return [_moved_list(corner, at) for corner in element] if isinstance(element, list) else element
    moved = dict(element)
    for key, value in element.items():
        if isinstance(value, dict):
            moved[key] = _moved_place(value, at)
        elif key == "dotted_to" and isinstance(value, _NUMBER):
            moved[key] = round(value + at[0], 4)
        elif key in {"start", "end", "at", "words"}:
            moved[key] = _moved_list(value, at)
        elif key == "words_print" and isinstance(value, list):
            moved[key] = [_moved_list(caption, at) for caption in value]
    return moved


def _moved_place(place: Mapping[str, Any], at: tuple[float, float]) -> dict[str, Any]:
    """Move boxes, bubbles, a tally or row sums with the room of their total; a label has neither x nor y."""
    moved = dict(place)
    if "total" in moved:
        moved["total"] = _moved_list(moved["total"], at)
    for key, shift in zip("xy", at, strict=True):
        if isinstance(moved.get(key), _NUMBER):
            moved[key] = round(moved[key] + shift, 4)
    return moved


def _moved_list(place: Any, at: tuple[float, float]) -> Any:
    """Move [x, y, ...]."""
    if not isinstance(place, list) or len(place) < 2:
        return place
    if not isinstance(place[0], _NUMBER) or not isinstance(place[1], _NUMBER):
        return place
    return [round(place[0] + at[0], 4), round(place[1] + at[1], 4), *place[2:]]


def _shared_blocks(family: Family, shared: Mapping[str, Shared]) -> dict[str, _Named]:
    return {
        name: _Named(block, f"{file} blocks.{name}")
        for file in family.include
        for name, block in shared[file].blocks.items()
    }


def _own_blocks(family: Family) -> dict[str, _Named]:
    return {name: _Named(block, f"blocks.{name}") for name, block in family.blocks.items()}


def _shared_rules(family: Family, shared: Mapping[str, Shared]) -> list[tuple[FamilyRule, str]]:
    return [(rule, f"{file} rules.{index}") for file in family.include for index, rule in enumerate(shared[file].rules)]


def _own_rules(family: Family) -> list[tuple[FamilyRule, str]]:
    return [(rule, f"rules.{index}") for index, rule in enumerate(family.rules)]
