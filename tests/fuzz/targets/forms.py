"""What a form author writes: templates, families with their shared parts, and rules between numbers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from pipeline.errors import FormError
from pipeline.forms.expression import ExpressionError, parse
from pipeline.forms.loader import FORMS_FOLDER, SHARED, load_form, load_forms
from tests.fuzz.mutation import STRINGS, damaged, damaged_text
from tests.fuzz.target import Run, Target, told_in_both_languages

WORDS = (
    *(word for word in STRINGS if len(word) < 100 and word != "\ud800"),
    "{}", "[]", "[[[[[[[[", "&a", "*a", "&a [*a, *a]", "!!python/object:os.system", "<<: *a", "- - - -", "|", ">", "%",
    "1_000", "0x7f", "2024-02-14", ".inf", ".nan", "-.inf", "1e999", "9" * 400, "~", "yes", "{a: {b: {c", "? x", "@",
    "${x}", "{i}", "{i+1}", "{9**9**9}", "{" * 40, "count: 999999999", "x: 1e300", "pitch: 0",
)  # fmt: skip
PLAIN = ("c-hasil-ppwp-2024", "c1-ppwp-2014", "c-hasil-salinan-ppwp-2024")


@cache
def _text(name: str) -> str:
    return (FORMS_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def _families() -> Sequence[str]:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FORMS_FOLDER.glob("*.yaml"))}
    return [name for name, text in texts.items() if "\nfamily:" in f"\n{text}" and "\nid:" not in f"\n{text}"]


def _damaged_template(chance: Random) -> bytes:
    name = chance.choice([name for name in PLAIN if name not in _families()])
    return _named(name, _damaged(_text(name), chance))


def _damaged_family(chance: Random) -> bytes:
    name = chance.choice(_families())
    return _named(name, _damaged(_text(name), chance))


def _damaged(text: str, chance: Random) -> bytes:
    if chance.random() < 0.05:
        return _nested(chance)
    if chance.random() < 0.2:
        return damaged(text.encode(), chance)
    return damaged_text(text, chance, WORDS).encode()


def _nested(chance: Random) -> bytes:
    """Return YAML that is deeper, or that means more, than it looks."""
    depth = chance.choice((10, 900, 3000, 30_000))
    ladders = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) if i else 'x'}]\n" for i in range(12))
    opened = "".join(" " * i + "a:\n" for i in range(min(depth, 1500)))
    return chance.choice((b"[" * depth, b"{a: " * depth, b"- " * depth, ladders.encode(), opened.encode()))


def _named(name: str, text: bytes) -> bytes:
    """Put the file's name, which a template must have as its id, before the text."""
    return name.encode() + b"\n" + text


@contextmanager
def _loading_form(folder: Path) -> Iterator[Run]:
    def load(data: bytes) -> None:
        path = _written(folder, data)
        try:
            form = load_form(path)
        except FormError as error:
            told_in_both_languages(error)
        else:
            assert form.id == path.stem
        path.unlink()

    yield load


@contextmanager
def _loading_family(folder: Path) -> Iterator[Run]:
    (folder / SHARED).mkdir(exist_ok=True)
    for path in (FORMS_FOLDER / SHARED).glob("*.yaml"):
        (folder / SHARED / path.name).write_bytes(path.read_bytes())

    def load(data: bytes) -> None:
        path = _written(folder, data)
        try:
            forms = load_forms(folder)
            for form in list(forms)[:2]:
                assert forms[form].id == form
        except FormError as error:
            told_in_both_languages(error)
        path.unlink()

    yield load


def _written(folder: Path, data: bytes) -> Path:
    name, _, text = data.partition(b"\n")
    path = folder / f"{name.decode()}.yaml"
    path.write_bytes(text)
    return path


RULES = ("suara_sah == paslon_1 + paslon_2", "surat == ceil(dpt * 1.02)", "abs(a - b) <= 3 * c", "a + 0.5 >= b - 2")
PIECES = (
    "a", "b", "suara", " + ", " - ", " * ", "**", "/", "//", "%", "(", ")", "((", "==", "<=", "<", "!=", "=", "ceil(",
    "abs(", "abs", "1e400", "1e308", "0", "-1", "9" * 30, "9" * 5000, "0x10", "1j", "True", "None", "'a'", "f'{a}'",
    ".", "a.b", "a[0]",
    "lambda: a", "\n", "\\\n", "#", "\x00", "\ufeff", "é", "𝐚", " if a else b", " and ", "not ", ",",
    "__import__('os')", "(" * 300, "-" * 5000, " " * 50, "a+" * 3000,
)  # fmt: skip


def _damaged_rule(chance: Random) -> bytes:
    if chance.random() < 0.5:
        return "".join(chance.choices(PIECES, k=chance.randrange(1, 12))).encode()
    rule = chance.choice(RULES)
    at = chance.randrange(len(rule) + 1)
    text = rule[:at] + chance.choice(PIECES) + rule[at + chance.choice((0, 0, 1, 4)) :]
    return damaged(text.encode(), chance) if chance.random() < 0.2 else text.encode()


@contextmanager
def _parsing(_folder: Path) -> Iterator[Run]:
    yield use_rule


def use_rule(data: bytes) -> None:
    """Parse a rule and use it in every way; single numbers and arrays must agree."""
    try:
        rule = parse(data.decode("utf-8", "replace"))
    except ExpressionError:
        return
    values = {name: 7 * place for place, name in enumerate(rule.names)}
    holds = rule.holds(values)
    assert holds in (True, False)
    assert rule.holds({**values, rule.names[0]: None}) is None
    arrays = {name: np.full(3, value) for name, value in values.items()}
    assert rule.holds_on(arrays).tolist() in ([holds] * 3, holds)
    rule.trees()
    linear = rule.linear()
    if linear is not None:
        factors, constant = linear
        assert set(factors) <= set(rule.names)
        left, right = rule.sides(values)
        assert sum(factor * values[name] for name, factor in factors.items()) + constant == left - right


TARGETS = (
    Target("template", 4_000, _damaged_template, _loading_form),
    Target("family", 1_000, _damaged_family, _loading_family),
    Target("rule", 20_000, _damaged_rule, _parsing),
)
