"""The same page as other cameras, a chat and a scanner give it: what each costs, and how much memory."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import load_forms
from tests import ROOT
from tests.bench.page import FORM, photograph
from training.pages.simulate import Simulation, simulate_document

PAGE = 2
"""The page with every witness, words included."""

CHAT_LONG_SIDES = (1000, 1280, 1600)


@dataclass(frozen=True, slots=True)
class Camera:
    """What a camera does to a picture; within what the simulated photographs of medium difficulty have.

    Attributes:
        name: What it is called in the table.
        blur: Of its lens or its smoothing, sigma in px at 12 megapixels.
        noise: Deviation of its sensor, in grey levels.
        sharpening: Share of the fine detail that is added once more.
        quality: Of its JPEG.

    """

    name: str
    blur: float
    noise: float
    sharpening: float
    quality: int


CAMERAS = (
    Camera("smooth", blur=1.8, noise=0.0, sharpening=0.0, quality=85),
    Camera("noisy", blur=0.0, noise=4.6, sharpening=0.0, quality=92),
    Camera("sharpened", blur=0.0, noise=1.0, sharpening=0.8, quality=92),
)


def captures() -> Iterator[tuple[str, str, bytes]]:
    """Yield kind, file name and JPEG of every capture: three cameras, three sizes of a chat, a scan of A4."""
    name, jpeg = photograph(PAGE)
    picture = np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
    for camera in CAMERAS:
        yield f"{camera.name} camera", name, taken(picture, camera)
    for long_side in CHAT_LONG_SIDES:
        factor = long_side / max(picture.shape)
        small = np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        yield f"chat, {long_side} px", name, _jpeg(small, 75)
    scanned = simulate_document(Simulation(load_forms()[FORM], seed=12, difficulty="scan", page=PAGE), 0)[0]
    yield "scan", scanned.name, scanned.jpeg


def taken(picture: NDArray[np.uint8], camera: Camera) -> bytes:
    """Return a picture (height, width, 3) as a camera would have stored it, JPEG."""
    seen = picture if camera.blur == 0.0 else cv2.GaussianBlur(picture, (0, 0), camera.blur)
    noise = np.random.default_rng(1).normal(0.0, camera.noise, picture.shape).astype(np.float32)
    noisy = np.clip(np.round(seen + noise), 0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(noisy, (0, 0), 1.6)
    sharp = cv2.addWeighted(noisy, 1.0 + camera.sharpening, soft, -camera.sharpening, 0.0)
    return _jpeg(np.asarray(sharp, np.uint8), camera.quality)


def _jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


_READ = """
import re, sys
from pathlib import Path
from pipeline import Reader
assert Reader().read(sys.stdin.buffer.read(), "photograph.jpg")[0].fields
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""
"""Of `getrusage` a process would inherit what the one held that started it."""


def memory(jpeg: bytes) -> int:
    """Return the most memory, MiB, that a process of its own holds that starts and reads this picture."""
    done = subprocess.run([sys.executable, "-c", _READ], input=jpeg, cwd=ROOT, capture_output=True, check=True)
    return int(done.stdout)
