"""What a form template says: sheets, fiducials, numbers and the rules between them. All lengths in millimetres.

Coordinates: origin at the top left of the sheet, x to the right, y down. A rectangle is `[x, y, width, height]`.
Frames are given by the centre of their printed line. Unknown keys are errors.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    StrictBool,
    field_validator,
    model_validator,
)

from models.strict import Strict
from pipeline.forms.expression import MOST_AT_ONCE, Expression, ExpressionError, parse

Millimetre = Annotated[float, Field(allow_inf_nan=False)]
Length = Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)]
Point = tuple[Millimetre, Millimetre]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
FormId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


def _has_size(rectangle: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if rectangle[2] <= 0 or rectangle[3] <= 0:
        raise ValueError(f"a rectangle is [x, y, width, height] with width and height above 0, not {list(rectangle)}")
    return rectangle


Rectangle = Annotated[tuple[Millimetre, Millimetre, Millimetre, Millimetre], AfterValidator(_has_size)]


class Text(Strict):
    """A label for people, in Indonesian and English."""

    id: str
    en: str


class Sheet(Strict):
    """The paper, after trimming: its size in mm."""

    width: Length
    height: Length


class Tag(Strict):
    """An AprilTag: who the page is and which way up.

    Attributes:
        family: The name that OpenCV gives the dictionary, without `DICT_`.
        id: The identity within the family.
        square: The outer edge of the black border, [x, y, width, height].
        rotation: Degrees clockwise by which the tag is printed turned from the family's own upright picture.

    """

    family: Literal["APRILTAG_16h5", "APRILTAG_25h9", "APRILTAG_36h10", "APRILTAG_36h11"]
    id: int = Field(ge=0)
    square: Rectangle
    rotation: Literal[0, 90, 180, 270] = 0


class Corners(Strict):
    """Four equal markers near the corners of the sheet.

    Attributes:
        kind: `checkerboard`: two filled squares that touch at the point given, the upper left and the lower right one.
            `block`: one filled square centred on the point given.
        square: Side of one filled square.
        top_left, top_right, bottom_right, bottom_left: The points.

    """

    kind: Literal["checkerboard", "block"]
    square: Length
    top_left: Point
    top_right: Point
    bottom_right: Point
    bottom_left: Point

    @property
    def points(self) -> dict[str, Point]:
        """The four points by name, clockwise from the top left."""
        return {
            "top_left": self.top_left,
            "top_right": self.top_right,
            "bottom_right": self.bottom_right,
            "bottom_left": self.bottom_left,
        }


class Boxes(Strict):
    """The row of boxes that one number is written into, one character a box.

    Attributes:
        x, y: Upper left corner of the first box.
        width, height: Size of one box. `pitch == width` says that the boxes touch: one table cell split by lines.
        pitch: From one box to the next.
        count: How many boxes.
        line: Thickness of the printed frame.
        guide: `seven_segment` where a light dotted guide is printed inside.

    """

    x: Millimetre
    y: Millimetre
    width: Length
    height: Length
    pitch: Length
    count: int = Field(ge=1, le=6)
    line: Length = 1.0
    guide: Literal["none", "seven_segment"] = "none"

    @model_validator(mode="after")
    def _not_overlapping(self) -> Self:
        if self.pitch < self.width:
            raise ValueError(f"pitch {self.pitch} is below width {self.width}: the boxes would overlap")
        return self

    @property
    def touching(self) -> bool:
        """Whether neighbouring boxes share their line."""
        return self.pitch == self.width

    @property
    def rectangles(self) -> tuple[Rectangle, ...]:
        """Every box as [x, y, width, height], left to right."""
        return tuple((self.x + i * self.pitch, self.y, self.width, self.height) for i in range(self.count))

    @property
    def bounds(self) -> Rectangle:
        """The rectangle around all boxes."""
        return (self.x, self.y, (self.count - 1) * self.pitch + self.width, self.height)


class Bubbles(Strict):
    """One column of bubbles under each box, "0" at the top.

    Attributes:
        x, y: Centre of the "0" bubble of the first column.
        diameter: Outer diameter of the printed ring.
        pitch_x, pitch_y: From column to column, from digit to digit.
        count: How many columns; must equal the number of boxes.

    """

    x: Millimetre
    y: Millimetre
    diameter: Length
    pitch_x: Length
    pitch_y: Length
    count: int = Field(ge=1, le=6)

    @property
    def bounds(self) -> Rectangle:
        """The rectangle around all bubbles."""
        reach = self.diameter / 2
        width, height = (self.count - 1) * self.pitch_x, 9 * self.pitch_y
        return (self.x - reach, self.y - reach, width + self.diameter, height + self.diameter)


class TallyGrid(Strict):
    """A grid of cells for tally strokes.

    Attributes:
        x, y: Upper left corner.
        columns, rows: Cells across and down.
        cell_width, cell_height: Size of one cell.
        strokes: Strokes that one full cell holds.

    """

    x: Millimetre
    y: Millimetre
    columns: int = Field(ge=1, le=60)
    rows: int = Field(ge=1, le=60)
    cell_width: Length
    cell_height: Length
    strokes: int = Field(default=5, ge=1, le=20)

    @property
    def bounds(self) -> Rectangle:
        """The rectangle around all cells."""
        return (self.x, self.y, self.columns * self.cell_width, self.rows * self.cell_height)


class RowSums(Strict):
    """The cells in which the officer sums each row of a tally: `rows` rows of `count` boxes.

    Attributes:
        free_digits: Where a row has one undivided cell: how many digits may be written in it, at most.
        total: The room in which the officer writes the sum of all rows, freely, [x, y, width, height].

    """

    x: Millimetre
    y: Millimetre
    cell_width: Length
    cell_height: Length
    count: int = Field(default=2, ge=1, le=4)
    rows: int = Field(ge=1, le=60)
    free_digits: int | None = Field(default=None, ge=1, le=3)
    total: Rectangle | None = None

    @model_validator(mode="after")
    def _free_in_one_cell(self) -> Self:
        if self.free_digits and self.count != 1:
            raise ValueError(f"free_digits needs one cell a row, not {self.count}")
        return self

    @property
    def digits(self) -> int:
        """How many digits a sum may have."""
        return self.free_digits or self.count

    @property
    def bounds(self) -> Rectangle:
        """The rectangle around all cells."""
        return (self.x, self.y, self.count * self.cell_width, self.rows * self.cell_height)


class NumberField(Strict):
    """One number of the form with every place where the page states it.

    Attributes:
        name: As used throughout the project, such as `paslon_1`.
        label: For people.
        boxes: Where its digits are written.
        required: An empty number goes to review if it is required; a date may stay empty.
        bubbles, tally, row_sums: Further witnesses, where the form has them.
        words: The free line for the number in words, [x, y, width, height].
        words_print: The captions printed inside of that or at its edge, [x, y, width, height] each, and a little
            around: small strokes in them are no writing.

    """

    name: Name
    label: Text
    boxes: Boxes
    required: bool = True
    bubbles: Bubbles | None = None
    tally: TallyGrid | None = None
    row_sums: RowSums | None = None
    words: Rectangle | None = None
    words_print: tuple[Rectangle, ...] = ()

    @model_validator(mode="after")
    def _witnesses_agree(self) -> Self:
        if self.bubbles and self.bubbles.count != self.boxes.count:
            raise ValueError(f"{self.bubbles.count} columns of bubbles for {self.boxes.count} boxes")
        if self.row_sums and (not self.tally or self.row_sums.rows != self.tally.rows):
            raise ValueError("row_sums needs a tally with the same number of rows")
        if self.words_print and not self.words:
            raise ValueError("words_print needs words that it lies in")
        return self


class Line(Strict):
    """A printed line from `start` to `end`; `grey` is its reflectance, 0 black to 1 white."""

    start: Point
    end: Point
    thickness: Length = 0.5
    grey: float = Field(default=0.1, ge=0, le=1)


class Caption(Strict):
    """Printed words: baseline start (or centre, or end) at `at`, capitals `size` mm high.

    Attributes:
        width: From the first letter to the last, mm, as measured; None where nobody has, and a font decides.

    """

    at: Point
    text: str
    size: Length = 4.0
    width: Length | None = None
    align: Literal["left", "centre", "right"] = "left"
    dotted_to: Millimetre | None = None


Polygon = Annotated[tuple[Point, ...], Field(min_length=3, max_length=40)]
"""Corners of an area, mm, in their order around it."""


class Artwork(Strict):
    """What else is printed on the page: enough to draw a sheet that looks like it.

    Attributes:
        frames: Rectangles, each with the thickness of its line.
        solids: Filled areas, black: bars, squares, triangles.
        lines, captions: As their classes say.

    """

    frames: tuple[tuple[Rectangle, Length], ...] = ()
    solids: tuple[Polygon, ...] = ()
    lines: tuple[Line, ...] = ()
    captions: tuple[Caption, ...] = ()


class PageTemplate(Strict):
    """One page of the form.

    Attributes:
        number: Page number as printed, from 1.
        confirmed: False where this page was not seen although the form is confirmed by its others.
        tag, corners: Fiducials; a form may lack either.
        numbers: Every number on the page.
        private: Rectangles with names, signatures or ID numbers: masked wherever an image leaves for the public.
        variable: Rectangles whose print changes from sheet to sheet: names of pairs, of regions, a crest. It is no
            evidence of the page.
        shared_print: What the print is called that this page has in common with pages of other elections, or with
            others of its own form, if it has.
        artwork: What else is printed.

    """

    number: int = Field(ge=1)
    confirmed: StrictBool = True
    tag: Tag | None = None
    corners: Corners | None = None
    numbers: tuple[NumberField, ...]
    private: tuple[Rectangle, ...] = ()
    variable: tuple[Rectangle, ...] = ()
    shared_print: Name | None = None
    artwork: Artwork = Artwork()

    @property
    def frames(self) -> tuple[tuple[str, Boxes], ...]:
        """The printed boxes of every number, by its name: what tells one variant of a page from another."""
        return tuple((field.name, field.boxes) for field in self.numbers)


class Rule(Strict):
    """A rule between numbers.

    Attributes:
        id: Stable name, such as `suara_sah-is-sum`.
        expression: In the language of `pipeline.forms.expression`.
        severity: `hard` rules must hold on a correct form; `soft` ones usually do.
        label: What it means, for people.

    """

    id: str = Field(pattern=r"^[a-z0-9_-]+$")
    expression: str
    severity: Literal["hard", "soft"] = "hard"
    label: Text
    _parsed: Expression = PrivateAttr()

    @field_validator("expression")
    @classmethod
    def _in_the_language(cls, text: str) -> str:
        try:
            parsed = parse(text)
        except ExpressionError as error:
            raise ValueError(f"`{text}`: {error}") from error
        if len(parsed.names) > MOST_AT_ONCE and not parsed.chained:
            raise ValueError(
                f"`{text[:80]}`: {len(parsed.names)} numbers; a rule that is no sum with == may have {MOST_AT_ONCE}. "
                "Say it in several rules, or of a sum that the form has"
            )
        return text

    def model_post_init(self, _context: object) -> None:
        """Keep the parsed expression."""
        self._parsed = parse(self.expression)

    @property
    def parsed(self) -> Expression:
        """The parsed expression."""
        return self._parsed


class FormTemplate(Strict):
    """A whole form.

    Attributes:
        id: File name without ending, or that of a family with the suffix of one of its variants.
        family: What the variants of one form have in common; the id itself where there are none.
        parameters: What this variant sets, such as `pairs: 4`; empty where there are none.
        title: For people.
        source: Where the geometry comes from.
        confirmed: Whether the layout was checked against the official file, or measured on filled sheets.
        sheet: Paper size of every page.
        capture: How pages usually come in.
        pages: In the order of their printed numbers; pages that are not described are left out.
        rules: Between numbers of any page.

    """

    id: FormId
    family: FormId
    parameters: Mapping[Name, bool | int] = Field(default_factory=dict)
    title: Text
    source: str
    confirmed: bool
    sheet: Sheet
    capture: tuple[Literal["photo", "scan"], ...] = ("photo", "scan")
    pages: tuple[PageTemplate, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _its_own_family(cls, content: object) -> object:
        if isinstance(content, dict) and "family" not in content and "id" in content:
            return {**content, "family": content["id"]}
        return content

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        numbers = [page.number for page in self.pages]
        if numbers != sorted(set(numbers)):
            raise ValueError(f"pages must stand in the order of their printed numbers, each once, not {numbers}")
        names = [field.name for page in self.pages for field in page.numbers]
        if double := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"numbers named twice: {', '.join(double)}")
        ids = [rule.id for rule in self.rules]
        if double := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"rules named twice: {', '.join(double)}")
        for rule in self.rules:
            if unknown := [name for name in rule.parsed.names if name not in names]:
                raise ValueError(f"rule {rule.id} speaks of {', '.join(unknown)}, which no page has")
        for page in self.pages:
            for field in page.numbers:
                _inside(field, self.sheet)
        return self

    @property
    def optional(self) -> frozenset[str]:
        """The numbers that hold nothing up, such as a date: whatever they say, no outcome hangs on them."""
        return frozenset(field.name for page in self.pages for field in page.numbers if not field.required)

    def is_confirmed(self, number: int) -> bool:
        """Return whether the layout of the page with this printed number was checked.

        Raises:
            KeyError: The template has no such page.

        """
        return self.confirmed and self.page(number).confirmed

    def page(self, number: int) -> PageTemplate:
        """Return the page with this printed number, from 1.

        Raises:
            KeyError: The template has no such page; of older forms often only those with numbers are described.

        """
        return {page.number: page for page in self.pages}[number]


def _inside(field: NumberField, sheet: Sheet) -> None:
    """Refuse boxes that leave the sheet."""
    x, y, width, height = field.boxes.bounds
    if x < 0 or y < 0 or x + width > sheet.width or y + height > sheet.height:
        raise ValueError(
            f"the boxes of {field.name} reach from ({x}, {y}) to ({x + width}, {y + height}), "
            f"outside the sheet of {sheet.width} x {sheet.height}"
        )
