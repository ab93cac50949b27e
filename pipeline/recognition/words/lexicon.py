"""The closed grammar of Indonesian number words, 0 to 9999, as officers write them: which spellings mean which number.

A number is a head (its thousands and hundreds) and a tail (0 to 99); each is written in one of two manners:

- `plain`: DUA RATUS | TUJUH PULUH LIMA, the head perhaps a NOL or KOSONG for the leading boxes;
- `digits`: digit by digit, DUA | TUJUH LIMA, where 0 is NOL or KOSONG.

Spellings are without spaces: many officers leave them out (LIMAPULUH), and none has a meaning. Every spelling has a
weight: how often officers write the number so. A letter left out (DLAPAN) is not listed: the scorer allows for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import MappingProxyType

LETTERS = "ABDEGHIJKLMNOPRSTU"
"""The letters that number words are made of."""

_DIGITS = ("NOL", "SATU", "DUA", "TIGA", "EMPAT", "LIMA", "ENAM", "TUJUH", "DELAPAN", "SEMBILAN")

_ZEROS = ("NOL", "KOSONG")

NOTHING = MappingProxyType({"NOL": 0.5, "KOSONG": 0.4, "NIHIL": 0.1})
"""How the number 0 is written; as a leading or inner digit only the first two are."""

BY_DIGITS = 0.03
"""Share of the numbers from 10 that are written digit by digit: 5 of 340 on pages of
C.HASIL-KWK 2020 for training; set a little higher, as an estimate for other places."""

LEADING_NOTHING = 0.01
"""Share of numbers in which a box that holds nothing is spoken, too: NOL TUJUH PULUH LIMA, SERATUS NOL TIGA."""

_SATU = 0.01
"""Share of SATU where SE- is right: SATU RATUS, SATU PULUH, SATU BELAS."""

_SLIPS: Mapping[str, str] = MappingProxyType(
    {"EMPAT": "AMPAT", "ENAM": "ANAM", "SERATUS": "SARATUS", "SEBELAS": "SABELAS", "SEPULUH": "SAPULUH"}
)
_SLIP = 0.003
"""Share of each such spelling; an estimate: the real lines hold too few to count them."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write a part of a number: letters without spaces, the words it is made of, and its weight."""

    letters: str
    words: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Part:
    """The spellings of one head or tail, in one manner: `value` counts hundreds for a head, ones for a tail."""

    manner: str
    value: int
    spellings: tuple[Spelling, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All heads and tails of the numbers below 10 ** digits."""

    digits: int
    heads: tuple[Part, ...]
    tails: tuple[Part, ...]


@cache
def lexicon(digits: int) -> Lexicon:
    """Return the grammar of numbers that fill at most so many boxes, 1 to 4.

    Raises:
        ValueError: More boxes than the grammar has words for.

    """
    if not 1 <= digits <= 4:
        raise ValueError(f"numbers of 1 to 4 digits have words here, not of {digits}")
    return Lexicon(digits, tuple(_heads(digits)), tuple(_tails(digits)))


def spelt(number: int) -> str:
    """Return the usual words of a number from 0 to 9999: 124 is SERATUS DUA PULUH EMPAT."""
    head, tail = divmod(number, 100)
    words = [*_plain_head(head), *(_plain_tail(tail) if tail else ())]
    return " ".join(words or ["NOL"])


def _heads(digits: int) -> Iterator[Part]:
    """Yield what may stand before the tail: nothing, thousands and hundreds, or their digits."""
    most = 10 ** max(digits - 2, 0)
    for value in range(most):
        if value:
            yield Part("plain", value, tuple(_variants(_plain_head(value), 1.0)))
        else:
            leading = (spelling for word in _ZEROS for spelling in _variants((word,), LEADING_NOTHING / 2))
            yield Part("plain", 0, (Spelling("", (), 1.0 - LEADING_NOTHING), *leading))
    if digits >= 2:
        # A head of digits may leave out its leading zeros, all of them: DUA LIMA is 25, as NOL DUA LIMA is.
        yield Part("digits", 0, (Spelling("", (), 0.7), *_by_digits(0, digits - 2, 0.3 / max(digits - 2, 1))))
        for value in range(1, most):
            yield Part("digits", value, tuple(_by_digits(value, digits - 2, 1.0)))


def _tails(digits: int) -> Iterator[Part]:
    """Yield the last two digits of a number."""
    yield Part("plain", 0, (Spelling("", (), 1.0),))
    zero = tuple(spelling for word, weight in NOTHING.items() for spelling in _variants((word,), weight))
    yield Part("zero", 0, zero)
    for value in range(1, 10 ** min(digits, 2)):
        # SERATUS NOL TIGA: the empty tens are spoken, too.
        shortened = (
            [Spelling(f"{word}{_DIGITS[value]}", (word, _DIGITS[value]), LEADING_NOTHING / 2) for word in _ZEROS]
            if value < 10
            else []
        )
        yield Part("plain", value, (*_variants(_plain_tail(value), 1.0), *shortened))
    if digits >= 2:
        for value in range(100):
            spellings = (_digit(value // 10), _digit(value % 10))
            yield Part("digits", value, tuple(_joined(pair) for pair in product(*spellings)))


def _by_digits(value: int, most: int, weight: float) -> Iterator[Spelling]:
    """Yield a head digit by digit, with and without leading zeros up to `most` digits in all."""
    shortest = len(str(value)) if value else 1
    for count in range(shortest, most + 1):
        for some in product(*(_digit(int(sign)) for sign in str(value).zfill(count))):
            joined = _joined(some)
            yield Spelling(joined.letters, joined.words, weight * joined.weight / (1 + most - shortest))


def _digit(value: int) -> tuple[Spelling, ...]:
    words = {"NOL": 0.6, "KOSONG": 0.4} if value == 0 else {_DIGITS[value]: 1.0}
    return tuple(spelling for word, weight in words.items() for spelling in _variants((word,), weight, slips=False))


def _plain_head(value: int) -> tuple[str, ...]:
    thousands, hundreds = divmod(value, 10)
    words: list[str] = []
    if thousands:
        words += ["SERIBU"] if thousands == 1 else [_DIGITS[thousands], "RIBU"]
    if hundreds:
        words += ["SERATUS"] if hundreds == 1 else [_DIGITS[hundreds], "RATUS"]
    return tuple(words)


def _plain_tail(value: int) -> tuple[str, ...]:
    tens, ones = divmod(value, 10)
    if tens == 0:
        return (_DIGITS[ones],)
    if tens == 1:
        return ("SEPULUH",) if ones == 0 else ("SEBELAS",) if ones == 1 else (_DIGITS[ones], "BELAS")
    return (_DIGITS[tens], "PULUH") if ones == 0 else (_DIGITS[tens], "PULUH", _DIGITS[ones])


def _variants(words: tuple[str, ...], weight: float, *, slips: bool = True) -> Iterator[Spelling]:
    """Yield the usual spelling, then SATU for SE-, then the usual slips, one word at a time."""
    yield Spelling("".join(words), words, weight)
    if not slips:
        return
    for place, word in enumerate(words):
        rest = word.removeprefix("SE")
        others = [(_SLIPS[word], _SLIP)] if word in _SLIPS else []
        if word in ("SERATUS", "SEPULUH", "SEBELAS", "SERIBU"):
            others.append((f"SATU{rest}", _SATU))
        for other, share in others:
            letters = "".join((*words[:place], other, *words[place + 1 :]))
            yield Spelling(letters, words, weight * share)


def _joined(parts: tuple[Spelling, ...]) -> Spelling:
    weight = 1.0
    for part in parts:
        weight *= part.weight
    words = tuple(word for part in parts for word in part.words)
    return Spelling("".join(part.letters for part in parts), words, weight)
