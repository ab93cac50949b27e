"""The templates that this machine reads by: those that come with the program, and those of a folder of one's own."""

import os
from pathlib import Path

from pipeline.forms import Forms, load_forms

VARIABLE = "CHASIL_FORMS"
"""Environment variable that names the folder, for commands; the service has it among its settings."""


def installed_forms(own: Path | None = None) -> Forms:
    """Return every installed form.

    Args:
        own: Folder of one's own templates; by default that of `CHASIL_FORMS`, or none.

    Raises:
        FormError: `forms_folder_missing`, `form_id_twice`, or a template is faulty.

    """
    named = os.environ.get(VARIABLE)
    return load_forms(own=own or (Path(named) if named else None))
