"""Sanity tests on planted faults: each is found, told at its node, and nothing is told of a sound network."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from training_runs import DATA, HEAD, MLP, source

from netbuilder.codegen.source import Argument, Loss, Result, Source
from netbuilder.training.recipe import Recipe
from netbuilder.training.sanity import bench as benches
from netbuilder.training.sanity.bench import Bench
from netbuilder.training.sanity.finding import TESTS, Finding
from netbuilder.training.sanity.learning_rate import suggestion, sweep
from netbuilder.training.sanity.worker import RUN, answer
from netbuilder.training.sanity.worker import tested as made_on

GOLDEN = Path(__file__).parents[1] / "golden" / "sanity" / "findings.txt"
HOT = MLP.replace("return self.linear_2(x)", "return torch.sigmoid(self.linear_2(x))")
DETACHED = MLP.replace("self.linear_1(point))", "self.linear_1(point)).detach()")
FROZEN = MLP.replace("nn.Linear(32, 3)", "nn.Linear(32, 3).requires_grad_(False)")
SHUT = MLP.replace("F.relu(self.linear_1(point))", "F.relu(self.linear_1(point) - 1e4)")
LOUD = MLP.replace("return self.linear_2(x)", "return 60 * self.linear_2(x)")
LOG = MLP.replace("return self.linear_2(x)", "return torch.log(self.linear_2(x))")
WILD = MLP.replace("return self.linear_2(x)", "return 20 * self.linear_2(x) ** 3")
TOLD = """        self.linear_1 = nn.Linear(64, 3)

    def forward(self, point, answer):
        return self.linear_1(point) + 0.1 * F.one_hot(answer, 3)

    def losses(self, point, answer, label):
        logits = self.forward(point, answer)
        loss_1 = F.cross_entropy(logits, label)
        return {"loss_1": loss_1}, {"loss_1": (logits, label)}
"""
AMOUNT = """        self.linear_1 = nn.Linear(13, 1)

    def forward(self, point):
        return self.linear_1(point)

    def losses(self, point, label):
        said = self.forward(point)
        loss_1 = F.mse_loss(said, label)
        return {"loss_1": loss_1}, {"loss_1": (said, label)}
"""
RECIPE = {"learning_rate": 0.01, "batch_size": 32, "threads": 1}


@cache
def bench(
    body: str = MLP, source_of: Source | None = None, text: str = "", **recipe: object
) -> Bench:
    """A bench on the blobs, or on the table that stands in ``text``."""
    made = source_of or source(body)
    data = (
        {"source": "csv", "params": {"path": text}} if text else {**DATA, "standardize": ["point"]}
    )
    return Bench.of(made, Recipe({**RECIPE, **recipe}), data, Path(), lambda share: None)


def told_answer() -> Bench:
    made = source(TOLD)
    inputs = (*made.inputs, Argument("answer", "label", (), "int64"))
    return bench(source_of=HashedSource.of(replace(made, inputs=inputs)))


class HashedSource(Source):
    """A source that a cache can name by its text."""

    @classmethod
    def of(cls, made: Source) -> HashedSource:
        return cls(**{name: getattr(made, name) for name in made.__dataclass_fields__})

    def __hash__(self) -> int:
        return hash(self.text)


def table(folder: Path) -> Path:
    """Two columns that say nothing, and one that is the answer under another name."""
    generator = torch.Generator().manual_seed(0)
    rows = ["width,height,outcome_code,species"]
    for number in range(150):
        width, height = torch.randn(2, generator=generator).tolist()
        rows.append(f"{width:.3f},{height:.3f},{10 * (number % 3)},{'abc'[number % 3]}")
    path = folder / "flowers.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def on_table(path: Path) -> Bench:
    body = "        self.linear_1 = nn.Linear(3, 3)\n\n    def forward(self, point):\n        return self.linear_1(point)\n"
    made = replace(
        source(body),
        inputs=(Argument("point", "features", (3,), "float32"),),
        losses=(
            Loss("loss_1", "cross_entropy", "classification", 1.0, ("N", 3), "logits", "label"),
        ),
    )
    return bench(source_of=HashedSource.of(made), text=str(path))


def amounts() -> Bench:
    made = Source(
        text=HEAD + AMOUNT,
        class_name="Net",
        inputs=(Argument("point", "features", (10,), "float32"),),
        targets=(Argument("label", "target", (1,), "float32"),),
        outputs=(Result("said", ("N", 1), "float32"),),
        losses=(Loss("loss_1", "mse", "regression", 1.0, ("N", 1), "said", "target"),),
        lines={},
    )
    made = replace(made, text=made.text.replace("nn.Linear(13", "nn.Linear(10"))
    data = {"source": "diabetes"}
    return Bench.of(made, Recipe(RECIPE), data, Path(), lambda share: None)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Finding, str]]:
    """What is found of each fault, with the status it must have."""
    torch.set_num_threads(1)
    flowers = on_table(table(tmp_path_factory.mktemp("table")))
    return {
        "frozen head": (made_on(bench(FROZEN), "gradients"), "warning"),
        "detached branch": (made_on(bench(DETACHED), "gradients"), "bad"),
        "layer that is shut": (made_on(bench(SHUT), "gradients"), "bad"),
        "scores too sure": (made_on(bench(LOUD), "first_loss"), "bad"),
        "log of what can be negative": (made_on(bench(LOG), "first_loss"), "bad"),
        "target not standardized": (made_on(amounts(), "first_loss"), "bad"),
        "sigmoid before the cross entropy": (made_on(bench(HOT), "one_batch"), "bad"),
        "rate too high, one batch": (
            made_on(bench(learning_rate=30.0, optimizer="sgd"), "one_batch"),
            "bad",
        ),
        "rate too high": (
            made_on(bench(learning_rate=30.0, optimizer="sgd"), "learning_rate"),
            "bad",
        ),
        "rate too low": (made_on(bench(learning_rate=1e-5), "learning_rate"), "warning"),
        "answer as an input": (made_on(told_answer(), "shuffled_labels"), "bad"),
        "answer in a column": (made_on(flowers, "shuffled_labels"), "bad"),
        "nothing to learn from": (made_on(bench(SHUT), "learning_rate"), "bad"),
    }


def test_every_planted_fault_is_found(planted):
    wrong = {name: one for name, (one, status) in planted.items() if one.status != status}
    assert not wrong


def test_faults_are_told_at_their_nodes(planted):
    assert planted["frozen head"][0].nodes == ("linear_2",)
    assert planted["detached branch"][0].nodes == ("linear_1",)
    assert planted["layer that is shut"][0].nodes[0] == "linear_1"
    assert planted["sigmoid before the cross entropy"][0].nodes == ("loss_1",)
    assert planted["answer as an input"][0].nodes == ("answer",)
    assert planted["answer in a column"][0].nodes == ("point",)
    assert "outcome_code" in planted["answer in a column"][0].sentence


def test_texts_are_as_written_down(planted, update_golden: bool):
    """Figures may round otherwise on another processor, so their place is held by a sign."""
    blocks = []
    for name, (one, _) in planted.items():
        lines = [f"== {name}", f"{one.status}: {one.title}: {one.sentence}"]
        lines += [f"way out: {one.hint}"] if one.hint else []
        blocks.append("\n".join(lines))
    text = re.sub(r"(?<![\w(_])-?\d[\d,.]*(e[+-]\d+)?(?<![,.])", "#", "\n\n".join(blocks)) + "\n"
    if update_golden:
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TESTS)
def test_nothing_is_told_of_a_sound_network(name: str):
    found = made_on(bench(), name)
    assert found.status == "ok", found.sentence
    assert found.hint == ""


def test_every_test_that_is_listed_can_be_made():
    assert list(RUN) == list(TESTS)


def test_the_rate_is_found_on_a_curve_of_known_shape():
    rates = [10 ** (-6 + 7 * i / 199) for i in range(200)]
    # Flat, then a straight fall from 1e-4 to 1e-1, then up.
    fall = [min(max((r / 1e-4), 1.0), 1e3) for r in rates]
    curve = [
        (r, 2.0 - 0.5 * torch.tensor(f).log10().item() + max(0.0, r - 0.1) * 10)
        for r, f in zip(rates, fall, strict=True)
    ]
    found = suggestion(curve)
    assert found is not None
    assert 1e-4 <= found <= 1.1e-2
    assert suggestion([(r, 2.0) for r in rates]) is None


def test_the_sweep_ends_where_the_loss_diverges_and_leaves_weights_as_they_were(monkeypatch):
    made = []
    fresh = Bench.model
    monkeypatch.setattr(Bench, "model", lambda self: made.append(fresh(self)) or made[-1])
    one = bench(WILD, optimizer="sgd")
    before = {name: t.clone() for name, t in fresh(one).state_dict().items()}
    curve = sweep(one)
    assert 20 < len(curve) < 200
    assert all(a < b for (a, _), (b, _) in pairwise(curve))
    after = fresh(one).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not torch.equal(made[0].state_dict()["linear_1.weight"], before["linear_1.weight"])


def test_no_rate_is_sought_for_what_searches_by_itself():
    found = made_on(bench(optimizer="lbfgs"), "learning_rate")
    assert found.status == "skipped"
    assert "searches for the length of its steps" in found.sentence
    assert made_on(bench(optimizer="lbfgs", max_iter=2), "one_batch").status == "ok"


def test_the_floor_counts_answers_that_contradict_each_other():
    one = bench()
    point = torch.zeros(8, 64)
    label = torch.tensor([0, 1] * 4)
    from netbuilder.training.sanity.one_batch import _floor

    assert _floor(one, [point, label]) == pytest.approx(0.6931, abs=1e-3)
    assert _floor(one, [torch.eye(8, 64), label]) == 0.0


def test_the_probe_counts_what_a_sample_keeps():
    found = made_on(bench(), "probe").numbers
    # The outputs of the ReLU and the dropout with its mask, 32 each, and the scores' log softmax.
    assert 32 * 4 <= found["sample_memory"] <= 64 * 4 * 8
    assert found["training_seconds"] == pytest.approx(found["epoch_seconds"] * 20)
    assert found["largest_batch"] == 180


def test_a_batch_that_does_not_fit_is_told(monkeypatch):
    monkeypatch.setattr("netbuilder.training.sanity.probe.free_memory", lambda: 80_000)
    found = made_on(bench(batch_size=160), "probe")
    assert found.status == "warning"
    assert "a batch of 160 does not fit" in found.sentence
    assert found.numbers["largest_batch"] < 160


def test_patience_ends_a_test_early(monkeypatch):
    one = replace(bench(), patience=0.0)
    assert list(benches.Bench.steps(one, one.learner(), 50)) == []


def test_the_worker_tells_findings_and_progress(tmp_path: Path):
    made = source(MLP)
    said: list[dict] = []
    plain = {"source": {**made.to_plain(), "text": made.text}, "recipe": {"learning_rate": 0.01}}
    asked = {**plain, "data": DATA, "folder": str(tmp_path), "tests": ["gradients"]}
    answer(asked, said.append)
    assert {"test", "share"} == set(said[0])
    assert Finding.from_plain(said[-1]["finding"]).status == "ok"
    answer({**asked, "data": {"source": "csv", "params": {"path": "none.csv"}}}, said.append)
    assert "none.csv" in said[-1]["error"]


def test_a_network_that_raises_is_a_finding():
    found = made_on(bench(MLP.replace("nn.Linear(64, 32)", "nn.Linear(63, 32)")), "gradients")
    assert found.status == "bad"
    assert "failed in the test" in found.sentence


def test_losses_that_nobody_can_guess_are_skipped():
    made = replace(source(MLP), losses=(Loss("loss_1", "focal_loss", "classification", 1.0, ()),))
    assert made_on(bench(source_of=HashedSource.of(made)), "first_loss").status == "skipped"
