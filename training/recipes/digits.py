"""The reader of boxes: the loop, calibration, and the package."""

from pathlib import Path

from training.digits.config import load_config
from training.digits.train import train as run
from training.packaging.export import export
from training.recipes.request import Request


def train(request: Request) -> Path:
    """Train a digit network and return its package."""
    settings, data = load_config(request.config), request.needed_data()
    out = request.folder(settings.name)
    network = run(settings, data, out, resume=request.resume, log=request.log)
    return export(network, settings, data, out).path
