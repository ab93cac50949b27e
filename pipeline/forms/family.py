"""A family: one file that stands for several forms which differ in what their parameters say.

A page is made of blocks. A block holds numbers and artwork as a plain template does, may be moved (`at`), repeated with
a pitch (`repeat`), left out (`when`, `unless`), and used in several places under its name (`use`). Texts and numbers
may hold placeholders (`pipeline.forms.placeholders`). All lengths in mm, as in `pipeline.forms.template`.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, model_validator

from models.strict import Strict
from pipeline.forms.template import FormId, Millimetre, Name, Sheet, Text

Content = dict[str, Any]
"""An element as it will stand in the template, with placeholders; checked when the template is made."""


class Parameter(Strict):
    """What variants of a family differ in.

    Attributes:
        default: What holds where a variant says nothing: a whole number, or yes or no.
        label: What it is, for people.
        derived: Whether it follows from the others, so that lists may leave it out.

    """

    default: bool | int
    label: Text
    derived: bool = False


class Variant(Strict):
    """One form of a family.

    Attributes:
        suffix: The form's id is the family's, a dash, and this; the id of the family alone where it is empty.
        title: Of this form; that of the family where it is missing.
        confirmed: Whether this form was checked, where that differs from its family: one of them may have been seen
            and the others only inferred from it.
        parameters: What differs from the defaults.

    """

    suffix: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]*)?$")
    title: Text | None = None
    confirmed: StrictBool | None = None
    parameters: Mapping[Name, bool | int] = Field(default_factory=dict)


class Repeat(Strict):
    """How often something stands, and how far apart.

    Attributes:
        each: Name of the running number, for placeholders.
        first: Its first value.
        step: From one value to the next.
        count: How often.
        pitch: From one to the next, [x, y] mm.

    """

    each: Name
    first: int | str = 1
    step: int = Field(default=1, ge=1)
    count: int | str
    pitch: tuple[Millimetre, Millimetre] = (0.0, 0.0)


class Sum(Strict):
    """A text for the placeholder `{sum}`: `of`, once for every value of the running number, with " + " between."""

    each: Name
    first: int | str = 1
    step: int = Field(default=1, ge=1)
    count: int | str
    of: str


class Block(Strict):
    """A part of a page.

    Attributes:
        use: Name of the block whose content stands here; nothing else but `at`, `repeat`, `values` and conditions then.
        values: Values for placeholders inside.
        at: How far everything inside is moved, [x, y] mm.
        repeat: How often it stands.
        when, unless: A parameter that must be yes or above 0, or no or 0.
        numbers, private, variable: As on a page.
        frames, solids, lines, captions: As in its artwork.
        blocks: Parts of this part.

    """

    use: Name | None = None
    values: Mapping[Name, int | str] = Field(default_factory=dict)
    at: tuple[Millimetre, Millimetre] = (0.0, 0.0)
    repeat: Repeat | None = None
    when: Name | None = None
    unless: Name | None = None
    numbers: tuple[Content, ...] = ()
    private: tuple[Any, ...] = ()
    variable: tuple[Any, ...] = ()
    frames: tuple[Any, ...] = ()
    solids: tuple[Any, ...] = ()
    lines: tuple[Content, ...] = ()
    captions: tuple[Content, ...] = ()
    blocks: tuple["Block", ...] = ()

    @model_validator(mode="after")
    def _uses_or_holds(self) -> Self:
        printed = (self.frames, self.solids, self.lines, self.captions)
        own = (self.numbers, self.private, self.variable, *printed)
        if self.use and (any(own) or self.blocks):
            raise ValueError(f"it uses the block {self.use}, so it can hold nothing of its own")
        return self


class FamilyPage(Strict):
    """A page, or as many as `repeat` says, with the conditions of a block; `{page}` and `{pages}` are known inside.

    Attributes:
        number: As printed; where it is missing, the one after the page before. Often not every page is described.
        repeat: How many such pages there are.
        when, unless: As in a block.
        confirmed, tag, corners, shared_print: As on a page.
        blocks: What stands on it.

    """

    number: int | None = Field(default=None, ge=1)
    repeat: Repeat | None = None
    when: Name | None = None
    unless: Name | None = None
    confirmed: StrictBool = True
    tag: Content | None = None
    corners: Content | None = None
    shared_print: Name | None = None
    blocks: tuple[Block, ...]


class FamilyRule(Strict):
    """A rule, or one for each value of a running number; `{sum}` stands for a sum of names."""

    repeat: Repeat | None = None
    sum: Sum | None = None
    id: str
    expression: str
    severity: Literal["hard", "soft"] = "hard"
    label: Text


class Shared(Strict):
    """What several families have in common: a file of the folder `shared`.

    Attributes:
        blocks: By name.
        rules: Rules that every form with these blocks has.

    """

    blocks: Mapping[Name, Block] = Field(default_factory=dict)
    rules: tuple[FamilyRule, ...] = ()


class Family(Strict):
    """A family.

    Attributes:
        family: File name without ending.
        include: Files of the folder `shared`; their rules stand before those of the family.
        title, source, confirmed, sheet, capture: As in `FormTemplate`.
        texts: Words for placeholders.
        parameters: By name.
        variants: The forms. Of variants with the same frames on a page, a lone page is taken for the first; an election
            is shown with the numbers of the last, which should have all that the others have.
        blocks: By name.
        pages, rules: In their order.

    """

    family: FormId
    include: tuple[Name, ...] = ()
    title: Text
    source: str
    confirmed: bool
    sheet: Sheet
    capture: tuple[Literal["photo", "scan"], ...] = ("photo", "scan")
    texts: Mapping[Name, str] = Field(default_factory=dict)
    parameters: Mapping[Name, Parameter] = Field(default_factory=dict)
    variants: tuple[Variant, ...] = Field(min_length=1)
    blocks: Mapping[Name, Block] = Field(default_factory=dict)
    pages: tuple[FamilyPage, ...] = Field(min_length=1)
    rules: tuple[FamilyRule, ...] = ()

    @model_validator(mode="after")
    def _variants_differ(self) -> Self:
        suffixes = [variant.suffix for variant in self.variants]
        if double := sorted({suffix for suffix in suffixes if suffixes.count(suffix) > 1}):
            raise ValueError(f"variants named twice: {', '.join(double)}")
        for variant in self.variants:
            for name, value in variant.parameters.items():
                declared = self.parameters.get(name)
                if declared is None:
                    raise ValueError(f"variant {variant.suffix} sets {name}, which is no parameter of the family")
                if isinstance(declared.default, bool) is not isinstance(value, bool):
                    wanted = "yes or no" if isinstance(declared.default, bool) else "a whole number"
                    raise ValueError(f"variant {variant.suffix} sets {name} to {value!r}, which is not {wanted}")
        return self

    def ids(self) -> dict[str, Variant]:
        """Return the variants by the ids of their forms."""
        return {f"{self.family}-{one.suffix}" if one.suffix else self.family: one for one in self.variants}

    def confirmed_of(self, variant: Variant) -> bool:
        """Return whether a variant was checked: what it says itself, or else its family."""
        return self.confirmed if variant.confirmed is None else variant.confirmed

    def parameters_of(self, variant: Variant) -> dict[str, bool | int]:
        """Return the value of every parameter."""
        return {name: variant.parameters.get(name, parameter.default) for name, parameter in self.parameters.items()}
