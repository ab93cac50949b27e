"""What is read from files and sent by others: unknown keys are errors, and values do not change."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A frozen value in which unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
