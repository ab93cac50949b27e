"""What the columns of a published table and the ids of its pairs mean: a small YAML file, strictly checked.

    station: kode_tps                 # the column with the 13 digits
    fields: {paslon_1: suara_01, paslon_2: suara_02, suara_sah: sah}    # our field: its column; one row a station
    pairs: {"100025": paslon_1}       # in the commission's JSON: the id of a pair, and our field

A table with one row a number has, in place of `fields`: `field: isian`, `value: nilai`, and `names: {suara01:
paslon_1}` where its fields are called otherwise.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from models.strict import Strict
from pipeline.errors import UsageError
from pipeline.yaml_files import load_yaml

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Column = Annotated[str, Field(min_length=1, max_length=200)]

PAIRS_OF_2024: Mapping[str, str] = {"100025": "paslon_1", "100026": "paslon_2", "100027": "paslon_3"}
"""The ids of the pairs in the commission's files of the presidential election of 2024."""


class PublishedMapping(Strict):
    """What a published file means.

    Attributes:
        pairs: Our field by the id of a pair in the commission's JSON.
        station: The column of the station's code.
        fields: In a table with one row a station: the column of each of our fields.
        field, value: In a table with one row a number: the columns of its name and of its value.
        names: There: our field by the name that the table has for it; a name that is not listed is ours.
        images: The column of the photographs' addresses, apart by spaces.
        time: The column of the time that the publisher states.
        delimiter: Between the columns of a CSV.

    """

    pairs: dict[str, Name] = Field(default_factory=dict)
    station: Column | None = None
    fields: dict[Name, Column] = Field(default_factory=dict)
    field: Column | None = None
    value: Column | None = None
    names: dict[str, Name] = Field(default_factory=dict)
    images: Column | None = None
    time: Column | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.field is None) != (self.value is None):
            raise ValueError("`field` and `value` go together")
        if self.fields and self.field is not None:
            raise ValueError("either `fields` (one row a station) or `field` and `value` (one row a number)")
        if (self.fields or self.field is not None) and self.station is None:
            raise ValueError("`station` is missing: the column of the station's code")
        for name, given in (("fields", list(self.fields.values())), ("pairs", list(self.pairs.values()))):
            if len(set(given)) != len(given):
                raise ValueError(f"`{name}` says the same twice")
        return self

    @property
    def of_table(self) -> bool:
        """Whether it says what the columns of a table mean."""
        return bool(self.fields) or self.field is not None

    @property
    def columns(self) -> list[str]:
        """The columns that a table must have, each once."""
        named = (self.station, *self.fields.values(), self.field, self.value, self.images, self.time)
        return list(dict.fromkeys(name for name in named if name is not None))


EXPORTED = PublishedMapping(station="station", field="field", value="value")
"""What `chasil export numbers` writes."""


def load_mapping(path: Path | None, pairs: str | None = None) -> PublishedMapping:
    """Return what a file and an option say of a published file.

    Args:
        path: The YAML file; None where there is none.
        pairs: `100025=1,100026=2`: the ids of pairs with the numbers of the pairs; it wins over the file.

    Raises:
        UsageError: `mapping_unreadable` or `mapping_faulty`.

    """
    content: object = {} if path is None else _content(path)
    try:
        if not isinstance(content, dict):
            raise TypeError("no mapping")
        given = {**content, **({"pairs": pairs_in(pairs)} if pairs else {})}
        return PublishedMapping.model_validate(given)
    except (ValidationError, TypeError, ValueError) as error:
        why = "; ".join(_faults(error)) if isinstance(error, ValidationError) else str(error)
        raise UsageError("mapping_faulty", path=str(path or "--pairs"), why=why) from error


def pairs_in(text: str) -> dict[str, str]:
    """Return our field by the id of a pair, from `100025=1,100026=2`."""
    parts = [part.partition("=") for part in text.split(",")]
    if any(not (name.strip() and sign and number.strip().isdigit()) for name, sign, number in parts):
        raise ValueError(f"`{text}` is not of the kind 100025=1,100026=2")
    return {name.strip(): f"paslon_{int(number)}" for name, _, number in parts}


def _content(path: Path) -> object:
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError("mapping_unreadable", path=str(path), why=" ".join(str(error).split())) from error


def _faults(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, one['loc'])) or '-'}: {one['msg']}" for one in error.errors(include_url=False)]
