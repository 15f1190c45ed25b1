"""Every example opens, is sound, trains offline to the quality it states, and looks tidy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.codegen.emit import generate
from netbuilder.data.prepare import fields
from netbuilder.files.documents import load
from netbuilder.files.format import dumps
from netbuilder.graph.model import Graph, Network
from netbuilder.training import client
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.recipe import Recipe

FOLDER = Path(__file__).parents[2] / "examples"
PATHS = sorted(FOLDER.glob("*.netgraph"))

# The figure, and the least it must reach, or the most for those that cannot learn. Gates have four
# cases and no held-out data, so their figure is that of the training.
QUALITY: dict[str, tuple[str, str, float]] = {
    "perceptron_and": ("accuracy", "at least", 1.0),
    "perceptron_xor": ("accuracy", "at most", 0.75),
    "mlp_xor": ("accuracy", "at least", 1.0),
    "iris_mlp": ("accuracy", "at least", 0.93),
    "wine_mlp": ("accuracy", "at least", 0.96),
    "breast_cancer_mlp": ("auroc", "at least", 0.98),
    "diabetes_mlp": ("r2", "at least", 0.4),
    "digits_mlp": ("accuracy", "at least", 0.95),
    "digits_cnn": ("accuracy", "at least", 0.98),
    "digits_residual": ("accuracy", "at least", 0.98),
    "digits_rows_lstm": ("accuracy", "at least", 0.95),
    "two_inputs_two_losses": ("digit_loss.accuracy", "at least", 0.96),
}


def test_every_example_states_its_quality() -> None:
    """Nobody forgets one."""
    assert {path.stem for path in PATHS} == set(QUALITY)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_example_is_sound_and_canonical(path: Path) -> None:
    """No problem of any severity; saving it again changes no byte; it explains itself."""
    network = load(path)
    report = check(network, standard_catalogue(), fields(network.data, FOLDER))
    assert report.diagnostics == ()
    assert dumps(network) == path.read_text(encoding="utf-8")
    assert network.title
    assert len(network.description) > 80


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_layout_is_tidy(path: Path) -> None:
    """No two cards overlap, and edges run from left to right."""
    for _, graph in load(path).graphs():
        assert_tidy(graph)


def assert_tidy(graph: Graph) -> None:
    places = {name: node.position for name, node in graph.nodes.items()}
    for one, (x, y) in places.items():
        for other, (u, v) in places.items():
            assert one == other or abs(x - u) >= 200 or abs(y - v) >= 70, f"{one} lies on {other}"
    for target, source in graph.edges.items():
        assert places[source.node][0] < places[target.node][0], f"{source} -> {target} runs back"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_example_trains_to_its_quality(path: Path, tmp_path: Path) -> None:
    """Trained as its recipe says, in a worker process, from the file alone."""
    network = load(path)
    figures = trained(network, tmp_path / "run")
    name, bound, value = QUALITY[path.stem]
    found = figures["metrics"][name]
    assert found >= value if bound == "at least" else found <= value, f"{name} is {found}"


def trained(network: Network, folder: Path) -> dict[str, Any]:
    """Train, and return the figures on held-out data, or on the training data where there are none."""
    source = generate(network, standard_catalogue())
    recipe = Recipe.from_plain({**network.recipe, "threads": 1})
    run = client.create_run(folder, network, source, recipe, folder=FOLDER)
    code = client.start(run).wait(timeout=300)
    result = run.result()
    assert code == 0, (result, run.log.read_text(encoding="utf-8")[-2000:])
    assert result is not None
    assert result["why"] in ("finished", "early_stop")
    return result["test"] or evaluate_run(run, "train")
