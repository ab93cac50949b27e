"""Ways to damage bytes, texts and JSON values."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

NEAR = 200
"""Headers are short and pixels are long: half of the damage is aimed at the first and the last so many bytes."""

NUMBERS = (0, 1, 2, 3, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 62)
"""What fields of lengths and places are overwritten with."""

STRINGS = (
    "", " ", "0", "-1", "a\x00b", "a\nb", "\x1b[31m", "\ud800", "￿", "🗳️", "=1+1", "' OR 1=1 --", "%s{0}", "../../etc",
    "null", "NaN", "1e400", "x" * 70_000, "\u202eabc", "é" * 300, "<script>", "\\", '"', "٣",
)  # fmt: skip
VALUES: Sequence[Any] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e308, float("nan"),
    float("inf"), [], {}, [[]], {"": None}, [None] * 1000, *STRINGS,
)  # fmt: skip


def damaged(data: bytes, chance: Random, others: Sequence[bytes] = ()) -> bytes:
    """Return bytes with one to six faults; `others` are spliced in."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        _damage(changed, chance, others)
    return bytes(changed)


def _damage(data: bytearray, chance: Random, others: Sequence[bytes]) -> None:
    at = _place(len(data), chance)
    match chance.randrange(9):
        case 0 if data:
            data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
        case 1 if data:
            data[min(at, len(data) - 1)] = chance.randrange(256)
        case 2 | 3:
            width = chance.choice((1, 2, 4, 8))
            number = chance.choice(NUMBERS) % (1 << 8 * width)
            data[at : at + width] = number.to_bytes(width, chance.choice(("big", "little")))
        case 4:
            del data[at:]
        case 5:
            del data[at : at + chance.choice((1, 2, 4, 16, 300))]
        case 6:
            data[at:at] = data[at : at + chance.choice((1, 4, 12, 100, 2000))]
        case 7 if others:
            other = chance.choice(others)
            data[at:] = other[_place(len(other), chance) :]
        case _:
            data[at:at] = chance.choice((b"\0", b"\xff" * 4, bytes(64), chance.randbytes(8)))


def _place(length: int, chance: Random) -> int:
    if chance.random() < 0.5:
        near = chance.randrange(NEAR)
        return min(length, near) if chance.random() < 0.8 else max(0, length - near)
    return chance.randrange(length + 1)


def damaged_text(text: str, chance: Random, words: Sequence[str]) -> str:
    """Return a text of lines with one to four faults in its lines, words and indents."""
    lines = text.splitlines()
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines)) if lines else 0
        line = lines[at] if lines else ""
        match chance.randrange(8):
            case 0:
                lines[at : at + chance.choice((1, 2, 10))] = []
            case 1:
                lines[at:at] = lines[at : at + chance.choice((1, 5, 50))]
            case 2:
                lines[at : at + 1] = [" " * chance.randrange(9) + line.lstrip()]
            case 3 | 4:
                parts = line.split(" ")
                parts[chance.randrange(len(parts))] = chance.choice(words)
                lines[at : at + 1] = [" ".join(parts)]
            case 5:
                begin, _, _ = line.partition(":")
                lines[at : at + 1] = [f"{begin}: {chance.choice(words)}"]
            case 6:
                del lines[at:]
            case _:
                cut = chance.randrange(len(line) + 1)
                lines[at : at + 1] = [line[:cut] + chance.choice(words) + line[cut:]]
    return "\n".join(lines) + "\n"


def changed_value(value: Any, chance: Random) -> Any:
    """Return a JSON value with one part replaced, taken out, doubled or added."""
    deeper = chance.random() < 0.85
    if deeper and isinstance(value, dict) and value:
        return _changed_object(value, chance)
    if deeper and isinstance(value, list) and value:
        return _changed_list(value, chance)
    return chance.choice(VALUES)


def _changed_object(value: dict[str, Any], chance: Random) -> dict[str, Any]:
    key = chance.choice(sorted(value))
    match chance.randrange(8):
        case 0:
            return {name: item for name, item in value.items() if name != key}
        case 1:
            return {**value, chance.choice(STRINGS): chance.choice(VALUES)}
        case _:
            return {**value, key: changed_value(value[key], chance)}


def _changed_list(value: list[Any], chance: Random) -> list[Any]:
    at = chance.randrange(len(value))
    match chance.randrange(6):
        case 0:
            return value[:at] + value[at + 1 :]
        case 1:
            return value[:at] + value
        case _:
            return [*value[:at], changed_value(value[at], chance), *value[at + 1 :]]


def json_text(value: Any) -> bytes:
    """Return a value as JSON, with NaN, infinities and lone surrogates if it has them."""
    return json.dumps(value).encode()
