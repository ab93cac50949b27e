"""The configuration of a run that calibrates the verification of registrations; unknown keys are errors."""

from pydantic import Field

from models.strict import Strict


class PagesConfig(Strict):
    """One run.

    Attributes:
        name: Of the run.
        seed: Of what is drawn, and of how alignments are disturbed.
        most_of_a_set: Real pages of one set, of those that may be learnt from.
        simulated: Simulated pages beside them.
        strangers: Drawn pictures that are no form.
        jobs: Processes.

    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    seed: int = 13
    most_of_a_set: int = Field(default=70, ge=0)
    simulated: int = Field(default=300, ge=0)
    strangers: int = Field(default=96, ge=0)
    jobs: int = Field(default=2, ge=1)
