"""Going on from a package: the network that is trained on says what the package says."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from models.networks import build  # noqa: E402
from models.package import CLASSES, default_package  # noqa: E402
from pipeline.errors import UsageError  # noqa: E402
from training.digits.packaged import is_package, load_packaged, normalise  # noqa: E402
from training.digits.train import predict  # noqa: E402
from training.packaging.onnx_file import check_parity, for_reading, to_onnx  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:.*has no meaning:UserWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def package() -> Path:
    """Return the folder of the package that reads digits today."""
    return default_package("digits")


def ink(count: int, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(seed).uniform(0, 1, (count, 1, 32, 32)).astype(np.float32)


def test_the_network_of_a_package_reads_as_the_package(package: Path) -> None:
    assert is_package(package)
    assert check_parity(load_packaged(package), (package / "model.onnx").read_bytes(), 32) < 1e-4


def test_its_normalisation_can_be_put_back_and_says_the_same(package: Path) -> None:
    folded, network = load_packaged(package), load_packaged(package)
    normalise(network, ink(64))
    np.testing.assert_allclose(predict(network, ink(32, 2)), predict(folded, ink(32, 2)), atol=1e-4)
    # What it was set on is what it expects: learning begins from what the package knows, not from chance.
    batch = torch.from_numpy(ink(64))
    with torch.no_grad():
        trained, judged = network.train()(batch), network.eval()(batch)
        unset = folded.train()(batch)
    assert float((trained - judged).abs().max()) < 0.05
    assert float((unset - judged).abs().max()) > 1.0


def test_a_network_comes_out_of_its_package_again(package: Path) -> None:
    torch.manual_seed(3)
    network = load_packaged(package)
    normalise(network, ink(64))
    read = for_reading(network)
    assert check_parity(read, to_onnx(read, 32), 32) < 1e-3
    np.testing.assert_allclose(predict(read, ink(8)), predict(network, ink(8)), atol=0.02)


def test_weights_of_another_network_are_refused(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package, tmp_path / "other")
    stranger = for_reading(build("residual", 16, len(CLASSES)))
    (tmp_path / "other" / "model.onnx").write_bytes(to_onnx(stranger, 32))
    description = json.loads((tmp_path / "other" / "model.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((tmp_path / "other" / "model.onnx").read_bytes()).hexdigest()
    written = json.dumps({**description, "onnx_sha256": digest})
    (tmp_path / "other" / "model.json").write_text(written, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_packaged(tmp_path / "other")
    assert caught.value.code == "training_config"
