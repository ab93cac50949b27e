"""The reader of bubbles: on drawn pages, and where the configuration says so, on real ones beside them."""

from pathlib import Path

from training.recipes.request import STATE, Request
from training.runs.settings import read_settings
from training.witnesses.config import BubblesConfig
from training.witnesses.real_bubbles import real_package
from training.witnesses.train import drawn_package


def train(request: Request) -> Path:
    """Train a bubble network and return its package."""
    config = read_settings(request.config, BubblesConfig)
    shared = request.needed_data() if config.real else None
    out = request.begin(config.name, config)
    state, package = out / STATE, out / "package"
    if config.real is None or shared is None:
        return drawn_package("bubbles", config, config.name, state, package, request.log).path
    return real_package(config, config.real, shared, state, package, request.log).path
