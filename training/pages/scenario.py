"""What is true of one simulated document: the numbers, and how the officer writes them down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.forms import FormTemplate, NumberField
from pipeline.forms.template import TallyGrid
from training.pages.election import broken_rules, draw_values, polling_day
from training.pages.words import in_words

_PLACES = ("MAJU JAYA", "SUKA DAMAI", "TANJUNG BARU", "MEKAR SARI", "KARANG ANYAR", "SIDO MUKTI", "BUKIT INDAH", "RAWA")
_DAYS = ("SENIN", "SELASA", "RABU", "KAMIS", "JUMAT", "SABTU", "MINGGU")
_MONTHS = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER", "NOVEMBER",
    "DESEMBER",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Officer:
    """How one officer fills in what no rule prescribes.

    Attributes:
        leading: What goes into boxes before the first digit: "X", "0", "-" or "_" (nothing).
        zero: How the number 0 is written: "led" (XX0), "all" (XXX, ---) or "digits" (000).
        bubble_for_sign: Whether bubble 0 is filled under a box with X, dash or nothing.
        row_leading: What goes before a row sum of one digit.
        row_sums: Whether row sums are written at all.
        words: Whether numbers are written in words.
        dates: Whether date boxes are filled in.
        cancels: Stroke across unused tally rows: "Z", "X", "line" or "" (none).
        bundles: Bundles of five that go into one cell of a tally.

    """

    leading: str = "X"
    zero: str = "led"
    bubble_for_sign: bool = True
    row_leading: str = "X"
    row_sums: bool = True
    words: bool = True
    dates: bool = True
    cancels: str = "Z"
    bundles: int = 1

    @staticmethod
    def sample(rng: np.random.Generator) -> "Officer":
        """Draw an officer's habits."""
        leading = str(rng.choice(["X", "0", "-", "_"], p=[0.62, 0.2, 0.1, 0.08]))
        return Officer(
            leading=leading,
            zero=str(rng.choice(["led", "all", "digits"], p=[0.5, 0.3, 0.2])),
            bubble_for_sign=bool(rng.random() < 0.85),
            row_leading=str(rng.choice(["X", "_", "0"], p=[0.45, 0.4, 0.15])),
            row_sums=bool(rng.random() < 0.94),
            words=bool(rng.random() < 0.8),
            dates=bool(rng.random() < 0.85),
            cancels=str(rng.choice(["Z", "X", "line", ""], p=[0.62, 0.15, 0.08, 0.15])),
            bundles=2 if rng.random() < 0.05 else 1,
        )

    def boxes(self, value: int, count: int) -> str:
        """Return the characters that this officer puts into `count` boxes."""
        digits = str(value)
        if value == 0 and self.zero == "digits":
            return "0" * count
        if value == 0 and self.zero == "all" and self.leading != "_":
            return self.leading * count
        return self.leading * (count - len(digits)) + digits


@dataclass(frozen=True, slots=True)
class Written:
    """Everything that is written about one number. Boxes are as the scorer reads them.

    Attributes:
        boxes: One character a box: a digit, X, -, _ (empty) or # (struck).
        value: What that says; None if all boxes are empty or one is struck.
        bubbles: The filled bubble of each column, _ for none, ? for several; None where the form has none.
        doubled: The digits whose bubbles are filled in each column with several, from left to right.
        cells: Strokes really drawn in every cell of the tally, row by row, used rows alone.
        row_tally: Strokes of each used row.
        row_totals: What is written as the sum of each used row.
        grand_total: What is written as the sum of all rows, empty where that is not.
        words: The number in words, empty if it is not written.

    """

    boxes: str
    value: int | None
    bubbles: str | None = None
    doubled: tuple[str, ...] = ()
    cells: tuple[tuple[int, ...], ...] = ()
    row_tally: tuple[int, ...] = ()
    row_totals: tuple[str, ...] = ()
    grand_total: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The truth of one document.

    Attributes:
        form: The template.
        code: 13 digits, province 00.
        officer: Who writes.
        numbers: What is written, by the name of the number.
        header: Texts for the dotted lines, by the first word of their caption in small letters.
        arith_errors: What the officer got wrong: ids of broken rules, or `NAME-tally`, `NAME-row_sums`, `NAME-bubbles`
            (a wrong one filled), `NAME-unmarked` (none in one column), `NAME-twice` (two in one column), `NAME-words`.
        corrections: Names of the numbers with a struck box.

    """

    form: FormTemplate
    code: str
    officer: Officer
    numbers: Mapping[str, Written]
    header: Mapping[str, str]
    arith_errors: tuple[str, ...] = ()
    corrections: tuple[str, ...] = field(default=())

    def errors_on(self, page: int) -> list[str]:
        """Return the errors that touch a number of this page."""
        names = {number.name for number in self.form.page(page).numbers}
        rules = {rule.id: rule.parsed.names for rule in self.form.rules}
        return [error for error in self.arith_errors if names & set(rules.get(error, (error.rsplit("-", 1)[0],)))]


def value_of(boxes: str) -> int | None:
    """Return what boxes say: signs before digits count nothing, signs alone are 0, nothing at all or # is None."""
    if "#" in boxes or not boxes.strip("_"):
        return None
    digits = "".join(sign for sign in boxes if sign.isdigit())
    return int(digits) if digits else 0


def draw_scenario(
    form: FormTemplate,
    rng: np.random.Generator,
    *,
    officer_errors: float = 0.0,
    corrections: float = 0.0,
    code: str | None = None,
) -> Scenario:
    """Draw one document.

    Args:
        form: The template.
        rng: The only source of chance.
        officer_errors: Probability that the officer makes one error in the document.
        corrections: Probability that one box of a number is struck out, per number.
        code: 13 digits of the polling station; drawn without it, in the province 00 that does not exist.

    """
    officer = Officer.sample(rng)
    values = draw_values(form, rng)
    error = _slip(form, values, officer, rng) if rng.random() < officer_errors else ""
    fields = [number for page in form.pages for number in page.numbers]
    numbers = {number.name: _written(number, values[number.name], officer, rng) for number in fields}
    if error:
        numbers = _marked_wrong(numbers, error, rng)
    struck = tuple(name for name in numbers if corrections and rng.random() < corrections)
    for name in struck:
        numbers[name] = _strike(numbers[name], rng)
    errors = broken_rules(form, {name: number.value for name, number in numbers.items()})
    code = code or f"00{rng.integers(1, 100):02d}{rng.integers(1, 100):02d}{rng.integers(1, 10000):04d}001"
    return Scenario(
        form, code, officer, numbers, _header(form, code, rng), (*errors, *([error] if error else [])), struck
    )


def _slip(form: FormTemplate, values: dict[str, int], officer: Officer, rng: np.random.Generator) -> str:
    """Let the officer err: change a number in place, or return what is marked wrong: `NAME-tally`, `NAME-bubbles`..."""
    fields = [number for page in form.pages for number in page.numbers]
    marks = _may_be_marked_wrong(fields, values, officer)
    if marks and rng.random() < 0.3:
        error = str(rng.choice(marks))
        if error.endswith("-bubbles") and rng.random() < 0.3:
            # A number of one digit may have no other bubble: without it, nothing at all would be stated.
            ways = ["-unmarked", "-twice"] if values[error.removesuffix("-bubbles")] > 9 else ["-twice"]
            return error.replace("-bubbles", str(rng.choice(ways)))
        return error
    # Nobody reckons a date: what the form does not require is left out.
    reckoned = {number.name for number in fields if number.required}
    sums = [rule for rule in form.rules if rule.severity == "hard" and "==" in rule.expression]
    rules = [rule for rule in sums if reckoned.issuperset(rule.parsed.names)]
    for _ in range(20 if rules else 0):
        rule = rules[rng.integers(len(rules))]
        name = str(rng.choice(rule.parsed.names))
        wrong = {**values, name: _misreckoned(values[name], rng)}
        room = 10 ** next(number.boxes.count for number in fields if number.name == name)
        if 0 <= wrong[name] < room and broken_rules(form, wrong):
            values[name] = wrong[name]
            return ""
    return ""


def _may_be_marked_wrong(fields: Sequence[NumberField], values: Mapping[str, int], officer: Officer) -> list[str]:
    """Return the witnesses that this officer gives and may get wrong, as `Scenario.arith_errors` calls them."""
    counted = [number for number in fields if number.tally and values[number.name] > 0]
    marks = [f"{number.name}-tally" for number in counted]
    marks += [f"{number.name}-bubbles" for number in fields if number.bubbles]
    # The sum of a row with two bundles a cell has three digits, for which the form has no room.
    if officer.row_sums and officer.bundles == 1:
        marks += [f"{number.name}-row_sums" for number in counted if number.row_sums]
    if officer.words:
        marks += [f"{number.name}-words" for number in fields if number.words]
    return marks


def _misreckoned(value: int, rng: np.random.Generator) -> int:
    """Return the value as a tired officer adds it up: off by one or ten, or two digits swapped."""
    digits = str(value)
    if len(digits) > 1 and digits[-1] != digits[-2] and rng.random() < 0.2:
        return int(digits[:-2] + digits[-1] + digits[-2])
    return value + int(rng.choice([-1, 1, -2, 2, -10, 10, 100], p=[0.3, 0.3, 0.08, 0.08, 0.1, 0.1, 0.04]))


def _written(number: NumberField, value: int, officer: Officer, rng: np.random.Generator) -> Written:
    """Return everything that is written about one number."""
    count = number.boxes.count
    value = min(value, 10**count - 1)
    if not number.required:
        # Dates are written in full, or not at all.
        return Written(f"{value:0{count}d}" if officer.dates else "_" * count, value if officer.dates else None)
    boxes = officer.boxes(value, count)
    bubbles = _bubbles(boxes, officer) if number.bubbles else None
    words = in_words(value) if number.words and officer.words and rng.random() < 0.95 else ""
    written = Written(boxes, value_of(boxes), bubbles, words=words)
    return _with_tally(written, number, value, officer)


def _with_tally(written: Written, number: NumberField, value: int, officer: Officer) -> Written:
    """Add the tally's rows and their sums."""
    if not number.tally:
        return written
    cells = tally_cells(value, number.tally, officer.bundles)
    written = replace(written, cells=cells, row_tally=tuple(sum(row) for row in cells))
    sums = number.row_sums if officer.row_sums else None
    if not sums or any(total >= 10**sums.digits for total in written.row_tally):  # no cells for such a sum, or empty
        return written
    totals = tuple(str(n).rjust(sums.count, officer.row_leading) for n in written.row_tally)
    return replace(written, row_totals=totals, grand_total=str(value) if sums.total and value else "")


def tally_cells(value: int, tally: TallyGrid, bundles: int = 1) -> tuple[tuple[int, ...], ...]:
    """Return the strokes of every cell in the used rows: full cells, then what is left, then nothing."""
    full = tally.strokes * bundles
    value = min(value, full * tally.columns * tally.rows)
    rows = -(-value // (full * tally.columns))
    counts = [max(0, min(full, value - full * cell)) for cell in range(rows * tally.columns)]
    return tuple(tuple(counts[row * tally.columns : (row + 1) * tally.columns]) for row in range(rows))


def _bubbles(boxes: str, officer: Officer) -> str:
    """Return the bubble filled under each box: under a sign 0 or none, by habit."""
    return "".join(sign if sign.isdigit() else "0" if officer.bubble_for_sign else "_" for sign in boxes)


def _marked_wrong(numbers: dict[str, Written], error: str, rng: np.random.Generator) -> dict[str, Written]:
    """Let a witness of one number say something else than its boxes."""
    name, kind = error.rsplit("-", 1)
    number = numbers[name]
    if kind == "row_sums":
        return {**numbers, name: _wrong_row_sum(number, rng)}
    if kind == "words":
        return {**numbers, name: _wrong_words(number, rng)}
    if kind != "tally" and number.bubbles:
        return {**numbers, name: _wrong_bubble(number, kind, rng)}
    return {**numbers, name: _miscounted(number, rng)}


def _wrong_row_sum(number: Written, rng: np.random.Generator) -> Written:
    """Write another sum beside one row than it has strokes: off by one or ten, or two digits swapped."""
    at = int(rng.integers(len(number.row_totals)))
    kept, lead = number.row_totals[at], number.row_totals[at][0]
    width, right = len(kept), number.row_tally[at]
    wrong = right
    while wrong == right or not 0 < wrong < 10**width:
        wrong = _misreckoned(right, rng)
    text = str(wrong).rjust(width, "X" if lead in "123456789" else lead)
    total = number.grand_total
    if total and rng.random() < 0.5:  # of the rows as they stand there; else as the boxes have it
        total = str(int(total) + wrong - right)
    return replace(number, row_totals=(*number.row_totals[:at], text, *number.row_totals[at + 1 :]), grand_total=total)


def _wrong_words(number: Written, rng: np.random.Generator) -> Written:
    """Write another number in words: off by one or ten, or two digits swapped."""
    assert number.value is not None
    wrong = -1
    while not 0 <= wrong < 10 ** len(number.boxes):
        wrong = _misreckoned(number.value, rng)
    return replace(number, words=in_words(wrong))


def _wrong_bubble(number: Written, kind: str, rng: np.random.Generator) -> Written:
    """Fill another bubble of one column, none under a digit that counts, or one more."""
    assert number.bubbles
    first = len(number.boxes) - len(str(number.value)) if kind == "unmarked" else 0
    at = int(rng.integers(first, len(number.bubbles)))
    kept = number.bubbles[at]
    other = str(rng.choice([digit for digit in "0123456789" if digit != kept]))
    second = kept if kept.isdigit() else str((int(other) + 1) % 10)
    sign = {"bubbles": other, "unmarked": "_", "twice": "?"}[kind]
    doubled = (other + second,) if kind == "twice" else ()
    return replace(number, bubbles=number.bubbles[:at] + sign + number.bubbles[at + 1 :], doubled=doubled)


def _miscounted(number: Written, rng: np.random.Generator) -> Written:
    """Draw one stroke too few, at the end or in some full bundle; only a row of one stroke would vanish."""
    cells = [list(row) for row in number.cells]
    used = [(i, j) for i, row in enumerate(cells) for j, count in enumerate(row) if count]
    i, j = used[int(rng.integers(len(used)))] if rng.random() < 0.4 else used[-1]
    cells[i][j] += -1 if sum(cells[i]) > 1 else 1
    rows = tuple(tuple(row) for row in cells)
    return replace(number, cells=rows, row_tally=tuple(sum(row) for row in rows))


def _strike(number: Written, rng: np.random.Generator) -> Written:
    """Strike out one box."""
    at = int(rng.integers(len(number.boxes)))
    return replace(number, boxes=number.boxes[:at] + "#" + number.boxes[at + 1 :], value=None)


def _header(form: FormTemplate, code: str, rng: np.random.Generator) -> dict[str, str]:
    """Return texts for the dotted lines of the heading; all places are invented."""
    places: Sequence[str] = [str(place) for place in rng.choice(_PLACES, size=4, replace=False)]
    tps, day = int(code[-3:]), polling_day(form)
    return {
        "pada": str(rng.choice([_DAYS[(day.weekday() + late) % 7] for late in range(3)])),
        "tanggal": in_words(day.day),
        "bulan": _MONTHS[day.month - 1],
        "tahun": in_words(day.year),
        "provinsi": "CONTOH",
        "kabupaten": places[0],
        "kecamatan": places[1],
        "kelurahan": places[2],
        "nomor": f"{code[-3:]} ({in_words(tps)})",
        "ditetapkan": places[3],
    }
