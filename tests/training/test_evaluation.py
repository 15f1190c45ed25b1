"""The evaluation of a run, with scikit-learn and torchmetrics as oracles."""

import base64
import json
import math
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from torchmetrics.functional import classification as tm
from training_runs import make_run

from netbuilder.app.training import evaluate as evaluate_and_keep
from netbuilder.check.fields import Field
from netbuilder.data.source import Dataset
from netbuilder.training import evaluate as evaluating
from netbuilder.training.evaluation import closer
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.evaluation.calibration import fitted_temperature
from netbuilder.training.evaluation.classes import of_classes
from netbuilder.training.evaluation.intervals import share
from netbuilder.training.evaluation.numbers import of_numbers
from netbuilder.training.evaluation.report import is_current, read_report
from netbuilder.training.evaluation.scores import ClassCollector
from netbuilder.training.evaluation.slices import columns_of, slices
from netbuilder.training.evaluation.worker import answer
from netbuilder.training.metrics import all_metrics
from netbuilder.training.run import RunError
from netbuilder.training.session import train_run


def collected(prediction, target, *, binary=False, batch=7):
    """Scores as a pass over batches leaves them."""
    collector = ClassCollector(len(target), binary)
    for number in range(0, len(target), batch):
        part = slice(number, number + batch)
        collector.add(prediction[part], target[part])
    return collector.scores()


def draw(*shape, classes=4, seed=0):
    made = torch.Generator().manual_seed(seed)
    target = torch.randint(0, classes, shape, generator=made)
    scores = torch.randn(shape[0], classes, *shape[1:], generator=made)
    return scores + torch.nn.functional.one_hot(target, classes).movedim(-1, 1) * 1.5, target


def test_figures_of_classes_agree_with_scikit_learn():
    logits, target = draw(300)
    found = of_classes(collected(logits, target), ["a", "b"], None)
    said, chance = logits.argmax(1), logits.softmax(1).numpy()
    assert found["classes"] == ["a", "b", "2", "3"]
    assert found["accuracy"]["value"] == pytest.approx(sk.accuracy_score(target, said))
    assert found["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(target, said))
    assert found["confusion"] == sk.confusion_matrix(target, said).tolist()
    assert found["top"]["3"] == pytest.approx(sk.top_k_accuracy_score(target, chance, k=3))
    assert found["loss_bits"] == pytest.approx(sk.log_loss(target, chance) / math.log(2), rel=1e-6)
    for average in ("macro", "weighted"):
        expected = sk.precision_recall_fscore_support(target, said, average=average)[:3]
        mean = found["averages"][average]
        assert (mean["precision"], mean["recall"], mean["f1"]) == pytest.approx(expected)
    for number, one in enumerate(found["per_class"]):
        area = sk.roc_auc_score(target == number, chance[:, number])
        assert found["roc"][number]["area"] == pytest.approx(area)
        assert one["iou"] == pytest.approx(sk.jaccard_score(target == number, said == number))
    error = tm.multiclass_calibration_error(logits.softmax(1), target, 4, n_bins=15, norm="l1")
    assert found["calibration"]["error"] == pytest.approx(float(error), abs=1e-6)


def test_samples_to_look_at_come_worst_first():
    logits, target = draw(200)
    found = of_classes(collected(logits, target), [], None)
    chance = logits.double().softmax(1)
    own = chance[torch.arange(200), target]
    wrong = [n for n in own.argsort().tolist() if chance[n].argmax() != target[n]]
    assert found["most_wrong"] == wrong[:24]
    two = chance.topk(2).values
    assert found["least_sure"] == (two[:, 0] - two[:, 1]).argsort()[:24].tolist()
    assert found["samples"]["truth"] == target.tolist()
    assert found["samples"]["place"] == list(range(200))


def test_wrong_labels_are_suspected():
    made = torch.Generator().manual_seed(3)
    target = torch.randint(0, 4, (400,), generator=made)
    logits = torch.nn.functional.one_hot(target, 4) * 4.0 + torch.randn(400, 4, generator=made)
    flipped = torch.arange(0, 400, 20)
    wrong = target.clone()
    wrong[flipped] = (target[flipped] + 1) % 4
    found = of_classes(collected(logits, wrong), [], None)["suspects"]
    hits = set(found) & set(flipped.tolist())
    assert len(hits) >= 10  # those that are as sure as the average of their class
    assert len(hits) / len(found) > 0.9
    assert found[0] in flipped.tolist()


def test_thresholds_of_two_classes_count_what_each_would_give():
    score, target = torch.randn(150) * 2, (torch.rand(150) < 0.4).long()
    found = of_classes(collected(score, target.float(), binary=True), ["no", "yes"], None)
    chance, table = score.double().sigmoid(), found["thresholds"]
    for number, threshold in enumerate(table["threshold"]):
        said = chance >= threshold
        assert table["true_positive"][number] == int((said & (target == 1)).sum())
        assert table["false_positive"][number] == int((said & (target == 0)).sum())
        assert table["false_negative"][number] == int((~said & (target == 1)).sum())
        assert table["true_negative"][number] == int((~said & (target == 0)).sum())
    assert found["kind"] == "binary"
    assert [curve["name"] for curve in found["roc"]] == ["yes"]
    expected = sk.average_precision_score(target, score)
    assert found["precision_recall"][0]["area"] == pytest.approx(expected)


def test_curves_of_many_samples_are_thinned_without_losing_their_area():
    score, target = torch.randn(5000), (torch.rand(5000) < 0.3).float()
    curve = of_classes(collected(score + target, target, binary=True), [], None)["roc"][0]
    assert len(curve["x"]) <= 200
    assert (curve["x"][0], curve["y"][0], curve["x"][-1], curve["y"][-1]) == (0, 0, 1, 1)
    assert np.trapezoid(curve["y"], curve["x"]) == pytest.approx(curve["area"], abs=0.005)


def test_pixels_have_overlaps_and_the_worst_samples():
    logits, target = draw(20, 6, 5, classes=3)
    target[3] = (logits[3].argmax(0) + 1) % 3
    found = of_classes(collected(logits, target), ["sky", "sea", "land"], None)
    expected = tm.multiclass_jaccard_index(logits.argmax(1), target, 3, average="macro")
    assert found["unit"] == "pixel"
    assert found["elements"] == 20 * 30
    assert found["averages"]["macro"]["iou"] == pytest.approx(float(expected))
    dice = sk.f1_score(target.flatten(), logits.argmax(1).flatten(), average="macro")
    assert found["averages"]["macro"]["f1"] == pytest.approx(dice)
    assert found["worst"][0] == {"place": 3, "right": 0.0}


def test_tokens_have_a_perplexity_and_ignored_ones_count_nowhere():
    logits, target = draw(30, 8, classes=11)
    ignored = target.clone()
    ignored[:, 0] = -100
    found = of_classes(collected(logits, ignored), [], None)
    loss = torch.nn.functional.cross_entropy(logits.double(), ignored)
    assert found["unit"] == "token"
    assert found["left_out"] == 30
    assert found["elements"] == 30 * 7
    assert found["perplexity"] == pytest.approx(float(loss.exp()))


class Tokens(torch.nn.Module):
    """Gives the same scores for every sample, and says them of a loss."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def losses(self, tokens, target):
        said = self.logits[tokens[:, 0]]
        return {"loss": torch.zeros(())}, {"loss": (said, target)}


def test_each_token_has_its_likeliest_guesses_and_the_rank_of_the_right_one():
    logits, target = draw(6, 5, classes=11)
    target[2, 1] = -100
    given = torch.arange(6)[:, None].repeat(1, 5)
    rows = closer.tokens(Tokens(logits), [given, target], nullcontext, "loss", [2, 4])
    assert [row["place"] for row in rows] == [2, 4]
    chances = logits.double().softmax(1)
    for row in rows:
        place = row["place"]
        assert row["given"] == [place] * 5
        for at, truth in enumerate(row["truth"]):
            order = chances[place, :, at].argsort(descending=True)
            assert row["said"][at] == order[:3].tolist()
            assert row["chances"][at] == pytest.approx(
                chances[place, order[:3], at].tolist(), rel=1e-3
            )
            if (place, at) == (2, 1):
                assert truth == -1
                continue
            assert truth == target[place, at]
            assert row["rank"][at] == order.tolist().index(truth)
            assert row["right"][at] == pytest.approx(float(chances[place, truth, at]), rel=1e-3)


def test_large_masks_are_thinned_and_pixels_without_a_class_are_marked():
    logits, target = draw(2, 600, 300, classes=3)
    target[0, 0, 0] = -100
    given = torch.arange(2)[:, None].float()

    class Pixels(Tokens):
        def losses(self, places, target):
            return {"loss": torch.zeros(())}, {"loss": (self.logits[places[:, 0].long()], target)}

    (first, _) = closer.masks(Pixels(logits), [given, target], nullcontext, "loss", [0, 1])
    assert (first["height"], first["width"]) == (200, 100)
    truth = np.frombuffer(base64.b64decode(first["truth"]), np.uint8).reshape(200, 100)
    assert truth[0, 0] == closer.NO_CLASS
    np.testing.assert_array_equal(truth.reshape(-1)[1:], target[0, ::3, ::3].reshape(-1)[1:])
    said = np.frombuffer(base64.b64decode(first["said"]), np.uint8).reshape(200, 100)
    np.testing.assert_array_equal(said, logits[0].argmax(0)[::3, ::3])


def test_several_labels_of_a_sample_are_counted_one_by_one():
    score, target = torch.randn(40, 3), (torch.rand(40, 3) < 0.5).float()
    found = of_classes(collected(score, target, binary=True), [], None)
    assert found["unit"] == "label"
    assert found["accuracy"]["value"] == int(((score > 0) == target.bool()).sum()) / 120


def test_a_temperature_undoes_scores_that_are_too_sure():
    made = np.random.RandomState(0)
    honest = made.randn(4000, 5) * 2
    chance = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    truth = np.array([made.choice(5, p=row) for row in chance])
    assert fitted_temperature(honest * 3, truth) == pytest.approx(3, rel=0.06)
    scores, target = torch.tensor(honest * 3), torch.tensor(truth)
    first, second = collected(scores[:2000], target[:2000]), collected(scores[2000:], target[2000:])
    found = of_classes(second, [], first)["calibration"]
    assert found["error_scaled"] < found["error"] / 3


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_within_0_and_1(counts):
    found = share(*counts)
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    other = share(counts[1] - counts[0], counts[1])
    assert other["low"] == pytest.approx(1 - found["high"])


def test_intervals_are_wilsons():
    # The published example of 81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I.
    found = share(81, 263)
    assert (round(found["low"], 4), round(found["high"], 4)) == (0.2553, 0.3662)
    assert round(share(0, 20)["high"], 4) == 0.1611


def test_figures_of_numbers_agree_with_scikit_learn():
    made = np.random.RandomState(1)
    truth = made.randn(120, 2) * [1, 5]
    said = truth + made.randn(120, 2)
    found = of_numbers(said, truth, ["width"])
    assert found["rmse"] == pytest.approx(math.sqrt(sk.mean_squared_error(truth, said)))
    assert found["mae"] == pytest.approx(sk.mean_absolute_error(truth, said))
    assert found["r2"] == pytest.approx(sk.r2_score(truth, said))
    assert [one["name"] for one in found["outputs"]] == ["width", "1"]
    assert found["outputs"][1]["r2"] == pytest.approx(sk.r2_score(truth[:, 1], said[:, 1]))
    span = found["intervals"]["mae"]
    assert span["low"] < found["mae"] < span["high"]
    assert sum(found["residuals"]["counts"]) == 240
    worst = int(np.argmax(np.square(said - truth).mean(1)))
    assert found["most_wrong"][0]["place"] == worst


def test_one_number_that_never_changes_has_no_r2():
    found = of_numbers(np.array([[1.0]]), np.array([[2.0]]), [])
    assert found["r2"] is None
    assert found["intervals"] == {"rmse": None, "mae": None, "r2": None}


def table(**columns):
    """A data set of one row field with named columns."""
    rows = np.stack([np.asarray(c, np.float32) for c in columns.values()], 1)
    fields = {"row": Field("row", (rows.shape[1],)), "kind": Field("kind", (), "int64", ("a", "b"))}
    kind = np.arange(len(rows)) % 2
    return Dataset({"row": rows, "kind": kind}, fields, columns={"row": tuple(columns)})


def test_groups_that_a_network_is_worse_on_come_first():
    count = 400
    sex = np.arange(count) // 2 % 2
    age = np.linspace(20, 80, count)
    columns = columns_of(table(age=age, sex=sex, same=np.ones(count)), np.arange(count))
    assert [c.name for c in columns] == ["age", "sex", "kind"]
    right = np.where((sex == 1) & (np.arange(count) % 3 == 0), 0.0, 1.0)
    found = slices(columns, right, "accuracy")
    assert (found[0]["column"], found[0]["worst"], found[0]["best"]) == ("sex", "1", "0")
    assert found[0]["apart"]
    assert found[0]["gap"] == pytest.approx(right[sex == 0].mean() - right[sex == 1].mean())
    assert not any(one["apart"] for one in found[1:])
    ages = next(one for one in found if one["column"] == "age")["groups"]
    assert [g["samples"] for g in ages] == [100] * 4
    kinds = next(one for one in found if one["column"] == "kind")["groups"]
    assert [g["name"] for g in kinds] == ["a", "b"]


def test_errors_are_worse_the_larger_and_small_groups_prove_nothing():
    group = np.array([0] * 60 + [1] * 60 + [2] * 3, np.float32)
    error = np.where(group == 1, 2.0, 1.0) + np.random.RandomState(0).rand(123) * 0.1
    error[group == 2] = 50
    [found] = slices(columns_of(table(g=group), np.arange(123))[:1], error, "mae")
    assert (found["worst"], found["best"]) == ("1", "0")
    assert found["apart"]


def test_missing_values_are_in_no_group():
    values = np.array([0, 1, np.nan] * 20, np.float32)
    [column, *_] = columns_of(table(g=values), np.arange(60))
    assert column.group.tolist() == [0, 1, -1] * 20


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("evaluation") / "run", epochs=2)
    with run.hold():
        assert train_run(run)["why"] == "finished"
    return run


def test_the_worker_writes_a_report_that_is_read_without_torch(trained):
    told = []
    answer({"run": str(trained.path), "split": "test", "baselines": True}, told.append)
    assert [word for one in told for word in one if word != "stage"] == ["written", "written"]
    report = read_report(trained, "test")
    assert report is not None
    assert is_current(trained, report)
    json.dumps(report, allow_nan=False)
    result = trained.result()
    assert report["metrics"] == result["test"]["metrics"]
    found = report["details"]["loss_1"]
    assert found["accuracy"]["value"] == pytest.approx(report["metrics"]["accuracy"])
    assert found["classes"] == ["blob 1", "blob 2", "blob 3"]
    assert len(report["indices"]) == report["samples"] == 60
    simple = report["baselines"]["loss_1"]
    assert simple["models"][0]["model"] == "most frequent class"
    assert "errors" not in simple["models"][0]
    assert "network" in simple["verdict"]["sentence"]


def test_what_cannot_be_measured_is_said(trained, tmp_path):
    told = []
    answer({"run": str(tmp_path), "split": "test", "baselines": False}, told.append)
    assert "holds no training run" in told[-1]["error"]
    with pytest.raises(RunError, match="there is no split all; there are: train, val, test"):
        evaluate_run(trained, "all")
    assert read_report(trained, "train") is None


def test_a_folder_that_cannot_be_written_to_still_has_its_figures(trained, monkeypatch):
    def refuse(path: Path, value: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("netbuilder.training.evaluation.report.write_json", refuse)
    assert evaluate_and_keep(trained, "val")["samples"] == 60


def test_scores_over_large_vocabularies_are_kept_as_classes(trained, monkeypatch):
    whole = evaluate_run(trained, "test")
    monkeypatch.setattr(evaluating, "MOST_SCORES", 100)
    short = evaluate_run(trained, "test")
    for name in ("accuracy", "f1", "confusion_matrix"):
        assert short["metrics"][name] == whole["metrics"][name]
    assert "auroc" not in short["metrics"]
    assert short["details"] == whole["details"]


def test_classes_that_are_said_alone_are_counted_as_before():
    logits, target = draw(50, 3, classes=6)
    losses = [make_loss()]
    whole = all_metrics(losses, {"loss_1": (logits, target)})
    short = all_metrics(losses, {"loss_1": (logits.argmax(1), target)})
    assert short["accuracy"] == whole["accuracy"]
    assert short["f1"] == pytest.approx(whole["f1"])


def make_loss():
    from netbuilder.codegen.source import Loss

    return Loss("loss_1", "cross_entropy", "classification", 1.0, ("N", 6))
