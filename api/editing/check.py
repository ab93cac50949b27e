"""What is wrong with a template that is being edited, at the field where it is, and what its rules mean."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pipeline.forms import FormTemplate
from pipeline.forms.expression import Expression, ExpressionError, parse

_OWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.S), text)
    for pattern, text in (
        (r"numbers named twice: (?P<names>.+)", "nama isian dipakai dua kali: {names}"),
        (r"rules named twice: (?P<names>.+)", "nama aturan dipakai dua kali: {names}"),
        (
            r"rule (?P<rule>\S+) speaks of (?P<names>.+), which no page has",
            "aturan {rule} menyebut {names}, yang tidak ada di halaman mana pun",
        ),
        (
            r"pitch (?P<pitch>\S+) is below width (?P<width>\S+): .*",
            "jarak antarkotak {pitch} kurang dari lebar {width}: kotaknya bertindihan",
        ),
        (
            r"the boxes of (?P<name>\S+) reach .*outside the sheet of (?P<sheet>.+)",
            "kotak {name} keluar dari lembar {sheet} mm",
        ),
        (
            r"(?P<columns>\d+) columns of bubbles for (?P<boxes>\d+) boxes",
            "{columns} lajur bulatan untuk {boxes} kotak",
        ),
        (r"row_sums needs a tally.*", "jumlah baris memerlukan kisi turus dengan jumlah baris yang sama"),
        (r"a rectangle is .*", "persegi panjang ditulis x, y, lebar, tinggi; lebar dan tinggi di atas 0"),
        (
            r"`.*?`: (?P<why>.+)",
            "bukan aturan; tulis satu perbandingan, misalnya suara_sah == paslon_1 + paslon_2 ({why})",
        ),
    )
)
"""Our own words on a fault, in English as a pattern, and in Indonesian."""

_TYPES: Mapping[str, str] = {
    "missing": "wajib diisi",
    "string_pattern_mismatch": "hanya huruf kecil, angka, dan garis bawah (id: tanda hubung), mulai dengan huruf",
    "string_too_long": "terlalu panjang",
    "extra_forbidden": "tidak dikenal",
    "greater_than": "harus di atas {gt}",
    "greater_than_equal": "paling sedikit {ge}",
    "less_than_equal": "paling banyak {le}",
    "float_parsing": "harus angka",
    "float_type": "harus angka",
    "finite_number": "harus angka yang berhingga",
    "int_parsing": "harus bilangan bulat",
    "int_type": "harus bilangan bulat",
    "int_from_float": "harus bilangan bulat",
    "literal_error": "harus salah satu dari: {expected}",
    "too_short": "paling sedikit {min_length}",
}
"""Words for pydantic's kinds of fault, in Indonesian; it brings the English ones itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        place: Where, such as `pages.0.numbers.3.boxes.pitch`; `form` where it concerns the whole.
        indonesian, english: What is wrong.

    """

    place: str
    indonesian: str
    english: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a rule says with the labels of its numbers in place of their names."""

    indonesian: str
    english: str


def faults_in(content: Any, form: str) -> list[Fault]:
    """Check a template as it is checked when it is loaded from its file.

    Args:
        content: The template, as read from YAML.
        form: The id that its file gives it.

    """
    try:
        template = FormTemplate.model_validate(content)
    except ValidationError as error:
        found = [fault for one in error.errors(include_url=False) for fault in _placed(one, content)]
        found += [fault for fault in _doubles(content) if fault.place not in {one.place for one in found}]
        # A list counts its faulty items as missing, and would be said to be too short.
        return [fault for fault in found if not any(one.place.startswith(f"{fault.place}.") for one in found)]
    if template.id != form:
        return [Fault("id", f"id harus sama dengan nama berkas: {form}", f"the id must equal the file's name: {form}")]
    return []


def _placed(found: Mapping[str, Any], content: Any) -> Iterator[Fault]:
    """Put a finding of pydantic's into our words, at every field that it concerns."""
    english = str(found["msg"]).removeprefix("Value error, ")
    place = ".".join(str(part) for part in found["loc"])
    if found["type"] == "value_error":
        indonesian, names = _in_own_words(english)
        places = [place] if place else list(_places_of(english, names, content))
    else:
        indonesian = _TYPES.get(found["type"], english).format(**found.get("ctx", {}))
        places = [place]
    for where in places or ["form"]:
        yield Fault(where, indonesian, english)


def _doubles(content: Any) -> Iterator[Fault]:
    """Find names given twice, which the template itself looks for only where every field is sound."""
    named = [
        (f"pages.{page}.numbers.{index}.name", number.get("name"))
        for page, content_of_page in enumerate(_list(content, "pages"))
        for index, number in enumerate(_list(content_of_page, "numbers"))
        if isinstance(number, Mapping)
    ]
    names = [name for _, name in named]
    for place, name in named:
        if names.count(name) > 1:
            yield Fault(place, f"nama isian dipakai dua kali: {name}", f"numbers named twice: {name}")


def _list(holder: Any, key: str) -> list[Any]:
    found = holder.get(key) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else []


def _in_own_words(english: str) -> tuple[str, dict[str, str]]:
    for pattern, text in _OWN:
        if match := pattern.fullmatch(english):
            return text.format(**match.groupdict()), match.groupdict()
    return english, {}


def _places_of(english: str, named: Mapping[str, str], content: Any) -> Iterator[str]:
    """Return the fields that a fault of the whole template speaks of."""
    if english.startswith("rule"):
        wanted = {named.get("rule", ""), *(named.get("names", "").split(", "))}
        part = "expression" if "rule" in named else "id"
        yield from (f"rules.{index}.{part}" for index, rule in enumerate(content["rules"]) if rule.get("id") in wanted)
        return
    wanted = {named.get("name", ""), *(named.get("names", "").split(", "))}
    part = "boxes" if "name" in named else "name"
    for page, content_of_page in enumerate(content["pages"]):
        for index, number in enumerate(content_of_page["numbers"]):
            if number.get("name") in wanted:
                yield f"pages.{page}.numbers.{index}.{part}"


def meanings(content: Any) -> list[Meaning | None]:
    """Return what each rule means; None for one that cannot be understood."""
    rules = _list(content, "rules")
    labels = {"id": dict(_labels(content, "id")), "en": dict(_labels(content, "en"))}
    return [_meaning(rule.get("expression", "") if isinstance(rule, Mapping) else "", labels) for rule in rules]


def _labels(content: Any, language: str) -> Iterator[tuple[str, str]]:
    for page in _list(content, "pages"):
        for number in _list(page, "numbers"):
            name, label = str(number.get("name", "")), number.get("label")
            yield name, str((label.get(language) if isinstance(label, Mapping) else None) or name)


def _meaning(text: Any, labels: Mapping[str, Mapping[str, str]]) -> Meaning | None:
    try:
        expression = parse(str(text))
    except ExpressionError:
        return None
    return Meaning(_in_words(expression, labels["id"], "id"), _in_words(expression, labels["en"], "en"))


_COMPARED = {
    "==": {"id": "=", "en": "="},
    "<=": {"id": "paling banyak", "en": "at most"},
    ">=": {"id": "paling sedikit", "en": "at least"},
    "<": {"id": "kurang dari", "en": "below"},
    ">": {"id": "lebih dari", "en": "above"},
}
_SIGNS = {"+": "+", "-": "−", "*": "×"}
_CALLED = {
    "ceil": {"id": "dibulatkan ke atas", "en": "rounded up"},
    "abs": {"id": "tanpa tanda", "en": "without its sign"},
}


def _in_words(expression: Expression, labels: Mapping[str, str], language: str) -> str:
    left, right = (_side(tree, labels, language) for tree in expression.trees())
    return f"{left} {_COMPARED[expression.comparison][language]} {right}"


def _side(tree: Mapping[str, Any], labels: Mapping[str, str], language: str) -> str:
    if "name" in tree:
        return labels.get(tree["name"], tree["name"])
    if "number" in tree:
        return f"{tree['number']:g}".replace(".", "," if language == "id" else ".")
    parts = [_side(part, labels, language) for part in tree["args"]]
    if tree["op"] in _SIGNS:
        joined = f" {_SIGNS[tree['op']]} ".join(parts)
        return joined if tree["op"] != "*" else f"{joined}"
    return f"({parts[0]}) {_CALLED[tree['op']][language]}"
