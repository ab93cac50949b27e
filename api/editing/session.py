"""The template that is being edited: a working copy, and the file that it is saved to."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import yaml

from api.editing.check import Fault, Meaning, faults_in, meanings
from api.files.atomic import whole_file
from pipeline.drafting import comment_of, template_text
from pipeline.errors import ConflictError, FormError
from pipeline.forms.loader import form_text
from pipeline.yaml_files import load_yaml


class Editing:
    """One template. Safe to share between threads.

    The working copy lives here, so that a page that is loaded again, in another language too, shows what was done.

    Args:
        path: Its file.

    Raises:
        FormError: `form_missing`, `form_not_yaml`; `form_is_family`: a family is edited by hand.

    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        text = form_text(path)
        try:
            content = load_yaml(text)
        except yaml.YAMLError as error:
            raise FormError("form_not_yaml", path=path.name, why=" ".join(str(error).split())) from error
        if not isinstance(content, dict) or not isinstance(content.get("pages"), list):
            raise FormError("form_invalid", path=path.name, faults="pages: Field required")
        if "family" in content and "id" not in content:
            raise FormError("form_is_family", path=path.name)
        self._comment = comment_of(text)
        self._seen = _hash(text)
        self._content: dict[str, Any] = content
        self._saved_content: dict[str, Any] = content

    @property
    def content(self) -> dict[str, Any]:
        """The working copy."""
        with self._lock:
            return self._content

    @property
    def saved(self) -> bool:
        """Whether the working copy is what was loaded or saved last."""
        with self._lock:
            return self._content == self._saved_content

    def keep(self, content: dict[str, Any]) -> tuple[list[Fault], list[Meaning | None]]:
        """Take a new working copy; return what is wrong with it, and what its rules mean."""
        with self._lock:
            self._content = content
        return self.faults(), meanings(content)

    def faults(self) -> list[Fault]:
        """Return what is wrong with the working copy."""
        return faults_in(self.content, self.path.stem)

    def save(self) -> None:
        """Write the working copy to the file, whole or not at all.

        Only a sound template is written, so that the file can always be read; and never over what somebody else has
        written there since.

        Raises:
            FormError: `form_not_saved`: it has faults.
            ConflictError: `form_changed`: somebody else has written to the file.

        """
        if faults := self.faults():
            raise FormError("form_not_saved", faults=len(faults))
        with self._lock:
            try:
                changed = _hash(form_text(self.path)) != self._seen
            except FormError:
                changed = False  # it has been removed; saving brings it back
            if changed:
                raise ConflictError("form_changed", path=self.path.name)
            text = template_text(self._content, self._comment)
            with whole_file(str(self.path)) as file:
                file.write(text)
            self._seen, self._saved_content = _hash(text), self._content


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
