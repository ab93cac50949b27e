"""What was asked for at the command line, and the folder of the run."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from pipeline.errors import UsageError

STATE = "state"
"""Folder within that of a run which holds what it goes on from. It may hold pieces of photographs."""


@dataclass(frozen=True, slots=True)
class Request:
    """One run of training.

    Attributes:
        config: The YAML file.
        data: Folder of the data sets, or of the sets of real pages; None where none was named.
        out: Folder of the run; by default `runs/` and the name in the configuration.
        resume: Whether to go on from what an earlier run left there.
        log: Takes a line of progress.

    """

    config: Path
    data: Path | None
    out: Path | None
    resume: bool
    log: Callable[[str], None]

    def folder(self, name: str) -> Path:
        """Return the folder of the run of this name."""
        return self.out or Path("runs") / name

    def needed_data(self) -> Path:
        """Return the folder of the data.

        Raises:
            UsageError: `training_data_needed` where none was named.

        """
        if self.data is None:
            raise UsageError("training_data_needed", path=str(self.config))
        return self.data

    def begin(self, name: str, settings: BaseModel) -> Path:
        """Make the folder of the run with its config.json; a run that does not resume forgets what it went on from.

        Raises:
            UsageError: `training_cannot_resume` where the run was started with other settings.

        """
        out = self.folder(name)
        file = out / "config.json"
        wanted = json.dumps(settings.model_dump(mode="json"), indent=1, sort_keys=True) + "\n"
        if self.resume and file.is_file() and file.read_text(encoding="utf-8") != wanted:
            raise UsageError("training_cannot_resume", path=str(out), why="it was started with other settings")
        if not self.resume and (out / STATE).is_dir():
            shutil.rmtree(out / STATE)
        (out / STATE).mkdir(parents=True, exist_ok=True)
        file.write_text(wanted, encoding="utf-8")
        return out
