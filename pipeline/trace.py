"""Where the pictures of what each stage saw go: numbered files of a folder, or nowhere."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Drawing = Callable[[], NDArray[np.uint8]]


class Trace:
    """Keeps what one page looked like to each stage. Not for several pages at a time.

    Args:
        folder: Where the pictures go, as `01-tags.png`, `02-lines.png`, ...; it is made when the first one comes.
            Without a folder nothing is drawn and nothing kept.

    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._count = 0

    def saw(self, stage: str, draw: Drawing) -> None:
        """Keep a picture of what a stage saw.

        Args:
            stage: Its name, as it stands in the file's.
            draw: Draws it, uint8 (height, width) or (height, width, 3) BGR; called only where pictures are kept.

        Raises:
            OSError: The picture cannot be written.

        """
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        done, data = cv2.imencode(".png", draw())
        assert done
        (self._folder / f"{self._count:02d}-{stage}.png").write_bytes(data.tobytes())


OFF = Trace(None)
"""Keeps nothing."""
