"""The loop on tiny data: what it learns from is drawn here, and takes a second."""

from pathlib import Path

import numpy as np
import pytest

from tests import ROOT

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from torch import nn  # noqa: E402

from models.networks import DESIGNS, build, count_parameters  # noqa: E402
from models.package import CLASSES, MAX_WEIGHTS_BYTES  # noqa: E402
from pipeline.errors import UsageError  # noqa: E402
from pipeline.recognition.digits import prepare  # noqa: E402
from training.datasets.sets import Boxes  # noqa: E402
from training.digits.batches import Batches, Sources  # noqa: E402
from training.digits.config import DataConfig, NetworkConfig, TrainConfig, load_config  # noqa: E402
from training.digits.distil import soft_targets  # noqa: E402
from training.digits.train import load_average, load_teachers, mean_weights, predict, run  # noqa: E402
from training.packaging.onnx_file import check_parity, for_reading, to_onnx  # noqa: E402
from training.runs.loop import rate_at  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:.*has no meaning:UserWarning", "ignore::DeprecationWarning")


def tiny_boxes(count: int = 40) -> Boxes:
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 11, count)
    pictures = [rng.integers(0, 256, (30, 28, 3), dtype=np.uint8) for _ in labels]
    return Boxes("tiny", pictures, labels, ["one"] * count, [str(i) for i in range(count)])


def tiny_config(steps: int = 6, workers: int = 0) -> TrainConfig:
    return TrainConfig(
        name="tiny",
        steps=steps,
        batch=8,
        warmup=2,
        check_every=3,
        workers=workers,
        network=NetworkConfig(design="plain", width=4, size=28, dropout=0.2),
        data=DataConfig(mnist_share=0, writers_share=0, simulated_share=0),
    )


def tiny_run(config: TrainConfig, out: Path, *, resume: bool = False) -> nn.Module:
    out.mkdir(exist_ok=True)
    boxes = tiny_boxes()
    return run(config, Sources.of({"crops": boxes}), {"tiny": boxes}, out, resume=resume, log=lambda _: None)


def same(first: nn.Module, second: nn.Module) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


class PowerFailError(Exception):
    """The power fails."""


def test_a_resumed_run_equals_one_that_was_not_stopped(tmp_path: Path) -> None:
    whole = tiny_run(tiny_config(), tmp_path / "whole")

    def fail(line: str) -> None:
        raise PowerFailError(line)

    boxes = tiny_boxes()
    (tmp_path / "stopped").mkdir()
    with pytest.raises(PowerFailError, match="step 3/6"):
        run(tiny_config(), Sources.of({"crops": boxes}), {"tiny": boxes}, tmp_path / "stopped", resume=False, log=fail)
    assert same(whole, tiny_run(tiny_config(), tmp_path / "stopped", resume=True))


def test_the_same_seed_gives_the_same_network_and_another_does_not(tmp_path: Path) -> None:
    first = tiny_run(tiny_config(), tmp_path / "first")
    assert same(first, tiny_run(tiny_config(), tmp_path / "second"))
    other = tiny_config().model_copy(update={"seed": 2})
    assert not same(first, tiny_run(other, tmp_path / "third"))


def test_a_run_does_not_resume_with_other_settings(tmp_path: Path) -> None:
    tiny_run(tiny_config(), tmp_path)
    with pytest.raises(UsageError) as caught:
        tiny_run(tiny_config(steps=9), tmp_path, resume=True)
    assert caught.value.code == "training_cannot_resume"


def test_the_checkpoint_holds_the_average_and_no_temporary_file_stays(tmp_path: Path) -> None:
    average = tiny_run(tiny_config(), tmp_path)
    config, loaded = load_average(tmp_path / "checkpoint.pt")
    assert config == tiny_config()
    assert same(average, loaded)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkpoint.pt", "tb"]


def taught_config(teacher: Path) -> TrainConfig:
    return tiny_config().model_copy(update={"teachers": (teacher,), "teacher_share": 0.5})


def test_a_resumed_run_with_a_teacher_equals_one_that_was_not_stopped(tmp_path: Path) -> None:
    tiny_run(tiny_config().model_copy(update={"seed": 9}), tmp_path / "teacher")
    whole = tiny_run(taught_config(tmp_path / "teacher"), tmp_path / "whole")
    assert not same(whole, tiny_run(tiny_config(), tmp_path / "untaught"))

    def fail(line: str) -> None:
        raise PowerFailError(line)

    config, boxes, out = taught_config(tmp_path / "teacher"), tiny_boxes(), tmp_path / "stopped"
    out.mkdir()
    with pytest.raises(PowerFailError, match="step 3/6"):
        run(config, Sources.of({"crops": boxes}), {"tiny": boxes}, out, resume=False, log=fail)
    assert same(whole, tiny_run(config, out, resume=True))


def test_a_run_can_begin_with_the_mean_of_others(tmp_path: Path) -> None:
    starts = tuple(tmp_path / name for name in "ab")
    ends = [tiny_run(tiny_config().model_copy(update={"seed": at}), start) for at, start in enumerate(starts)]
    mean = mean_weights(ends)
    first, second = (end.state_dict()["0.0.weight"] for end in ends)
    assert torch.allclose(mean["0.0.weight"], (first + second) / 2)
    still = {"steps": 1, "rate": 1e-12, "weight_decay": 0.0, "ema": 0.999}
    begun = tiny_run(tiny_config().model_copy(update={"start": starts, **still}), tmp_path / "c").state_dict()
    assert torch.allclose(begun["0.0.weight"], mean["0.0.weight"], atol=1e-6)
    tiny_run(tiny_config().model_copy(update={"start": starts, "steps": 0}), tmp_path / "e")
    kept = load_average(tmp_path / "e" / "checkpoint.pt")[1].state_dict()
    assert all(torch.equal(kept[name], mean[name]) for name in mean)
    alone = tiny_run(tiny_config().model_copy(update={"start": starts[0], **still}), tmp_path / "d").state_dict()
    assert torch.allclose(alone["0.0.weight"], first, atol=1e-6)


def test_a_teacher_with_another_input_is_refused(tmp_path: Path) -> None:
    tiny_run(tiny_config(), tmp_path / "teacher")
    config = taught_config(tmp_path / "teacher")
    for network in ({"size": 32}, {"input": "ink-map"}):
        other = config.model_copy(update={"network": config.network.model_copy(update=network)})
        with pytest.raises(UsageError) as caught:
            load_teachers(other)
        assert caught.value.code == "training_config"


def test_teachers_share_the_target_but_never_say_what_is_struck() -> None:
    teachers = [build("plain", 4, len(CLASSES)).eval() for _ in range(2)]
    ink, labels = torch.rand(3, 1, 28, 28), torch.tensor([4, CLASSES.index("#"), 0])
    targets = soft_targets(teachers, ink, labels, 0.25)
    said = sum(teacher(ink).softmax(dim=1) for teacher in teachers) / 2
    assert torch.allclose(targets.sum(dim=1), torch.ones(3))
    assert torch.allclose(targets[0], 0.25 * said[0] + 0.75 * nn.functional.one_hot(labels[0], len(CLASSES)))
    assert torch.equal(targets[1], nn.functional.one_hot(labels[1], len(CLASSES)).float())
    assert torch.equal(soft_targets([], ink, labels, 0.25), nn.functional.one_hot(labels, len(CLASSES)).float())


def test_digits_on_bare_paper_have_a_strength_of_their_own() -> None:
    labels = np.arange(40) % 10
    pictures = [np.full((28, 28), 255, np.uint8) for _ in labels]
    for index, picture in enumerate(pictures):
        picture[6:22, 4 + index % 10 : 14 + index % 7] = 20
    parts = {"mnist": Boxes("mnist", pictures, labels, ["one"] * 40, [str(i) for i in labels])}
    data = DataConfig(crops_share=0, mnist_share=1, writers_share=0, simulated_share=0, outliers_share=0)
    config = tiny_config().model_copy(update={"data": data, "paper_strength": 0.0})
    still = Batches(config, Sources.of(parts))[0][0]
    assert torch.equal(still, Batches(config.model_copy(update={"strength": 2.0}), Sources.of(parts))[0][0])
    assert not torch.equal(still, Batches(config.model_copy(update={"paper_strength": 1.0}), Sources.of(parts))[0][0])
    assert not torch.equal(still, Batches(config.model_copy(update={"elastic": 1.0}), Sources.of(parts))[0][0])


def cell_config() -> TrainConfig:
    shares = {"crops_share": 0, "mnist_share": 0, "writers_share": 0, "simulated_share": 0, "outliers_share": 0}
    data = DataConfig.model_validate(shares | {"cells_share": 1})
    return tiny_config().model_copy(update={"data": data, "strength": 0.0, "paper_strength": 0.0})


def test_cells_of_older_forms_are_scanned_and_hold_digits_of_people() -> None:
    cells = Boxes("cells", [np.full((60, 60), 255, np.uint8)] * 2, np.array([12, 12]), ["one"] * 2, ["0", "1"])
    digit = np.full((28, 28), 255, np.uint8)
    digit[4:24, 12:16] = 0
    people = Boxes("mnist", [digit] * 2, np.array([1, 1]), ["one"] * 2, ["0", "1"])
    batches = Batches(cell_config(), Sources.of({"cells": cells, "mnist": people}))
    labels = torch.cat([batches[step][1] for step in range(12)])
    inks = torch.cat([batches[step][0] for step in range(12)])[:, 0, 8:20, 8:20].amax(dim=(1, 2))
    assert {1, 12} == set(labels.tolist())
    assert inks[labels == 1].min() > 0.5
    alone = Batches(cell_config(), Sources.of({"cells": cells}))
    assert {12} == set(torch.cat([alone[step][1] for step in range(6)]).tolist())


def test_digits_left_as_they_are_are_not_changed_at_all() -> None:
    picture = np.full((28, 28), 255, np.uint8)
    picture[5:23, 9:18] = 30
    parts = {"mnist": Boxes("mnist", [picture] * 4, np.array([3] * 4), ["one"] * 4, list("0123"))}
    data = DataConfig(crops_share=0, mnist_share=1, writers_share=0, simulated_share=0, outliers_share=0)
    config = tiny_config().model_copy(update={"data": data, "elastic": 1.0, "as_is": 1.0})
    ink = Batches(config, Sources.of(parts))[0][0]
    assert torch.equal(ink, ink[:1].expand_as(ink))
    assert not torch.equal(ink, Batches(config.model_copy(update={"as_is": 0.0}), Sources.of(parts))[0][0])


def test_a_batch_depends_on_its_step_alone() -> None:
    batches = Batches(tiny_config(), Sources.of({"crops": tiny_boxes()}))
    first, again, next_one = batches[2], batches[2], batches[3]
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], next_one[0])
    assert first[0].shape == (8, 1, 28, 28)


def test_the_rate_rises_and_falls() -> None:
    config = tiny_config(steps=1000).model_copy(update={"warmup": 100})
    rates = [rate_at(step, config) for step in range(1000)]
    assert np.argmax(rates) in (99, 100)
    assert max(rates) == pytest.approx(config.rate)
    assert rates[-1] < 0.02 * config.rate


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_torch_and_onnxruntime_agree(design: str) -> None:
    torch.manual_seed(0)
    network = build(design, 32, len(CLASSES)).eval()
    weights = to_onnx(network, 32)
    assert check_parity(network, weights, 32) < 1e-3
    assert len(weights) < MAX_WEIGHTS_BYTES
    assert b".py" not in weights


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_half_the_bytes_read_the_same(design: str) -> None:
    torch.manual_seed(0)
    network = build(design, 32, len(CLASSES))
    ink = torch.rand(64, 1, 32, 32)
    network(ink)  # so that normalisation has means and deviations of its own to fold in
    network.eval()
    whole, reading = to_onnx(network, 32), for_reading(network)
    half = to_onnx(reading, 32)
    assert len(half) < 0.55 * len(whole)
    assert check_parity(reading, half, 32) < 1e-3
    with torch.no_grad():
        before, after = network(ink), reading(ink)
    assert not torch.equal(before, after)
    assert (before - after).abs().max() < 0.02
    assert (before.argmax(dim=1) == after.argmax(dim=1)).all()


@pytest.mark.parametrize("design", sorted(DESIGNS))
@pytest.mark.parametrize("size", [28, 36, 48])
def test_every_design_takes_every_size(design: str, size: int) -> None:
    network = build(design, 8, len(CLASSES)).eval()
    assert count_parameters(network) > 0
    assert predict(network, prepare(tiny_boxes(3).pictures, size)).shape == (3, len(CLASSES))


@pytest.mark.parametrize(
    "text",
    ["name: a\nstepz: 3", "name: a\nsteps: 0", "name: a\nnetwork: {design: giant}", "- 1", "name: [", "name: A b"],
)
def test_a_faulty_configuration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "faulty.yaml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_config(tmp_path / "faulty.yaml")
    assert caught.value.code == "training_config"


def test_the_committed_configurations_are_sound() -> None:
    files = [
        file
        for file in sorted((ROOT / "training/configs").rglob("*.yaml"))
        if file.stem.startswith("digits") or file.parent.name == "compare"
    ]
    assert files
    for file in files:
        assert load_config(file).name == file.stem
