"""Read a configuration: a YAML file in which unknown keys are errors."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import UsageError

Settings = TypeVar("Settings", bound=BaseModel)


def read_settings(file: Path, kind: type[Settings]) -> Settings:
    """Read a configuration of some kind.

    Raises:
        UsageError: `file_missing`, or `training_config` where a key is unknown or a value out of range.

    """
    if not file.is_file():
        raise UsageError("file_missing", path=str(file))
    try:
        return kind.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise UsageError("training_config", path=str(file), detail=str(error)) from error
