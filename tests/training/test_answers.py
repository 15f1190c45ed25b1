"""What outputs say: classes, yes or no, numbers in their own unit; probabilities whatever the loss takes."""

from __future__ import annotations

import pytest
import torch

from netbuilder.codegen.source import Loss, Result, Source
from netbuilder.training.answers import MOST_PROBABILITIES, Reading, probabilities, readings, said

KNOWN = {
    "classes": {"kind": ["cat", "dog", "cow"], "even": ["no", "yes"]},
    "columns": {"sizes": ["length", "width"]},
    "standardize": {
        "price": {"mean": [100.0], "std": [10.0]},
        "sizes": {"mean": [1, 2], "std": [3, 4]},
    },
    "impute": {},
}


def read(shape, task="", target="", classes_from="", kind="any"):
    """How an output is read that a loss of a task scores; no loss where there is no task."""
    output = Result("said", ("N", *shape), "float32", classes_from)
    loss = Loss("loss_1", kind, task, 1.0, output.shape, "said", target)
    losses = (loss,) if task else ()
    (found,) = readings(Source("", "Net", (), (), (output,), losses, {}), KNOWN)
    return found


def test_classes_are_told_with_their_probabilities():
    reading = read((3,), "classification", "kind", "kind")
    scores = torch.tensor([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]])
    found = said(reading, scores, KNOWN)
    assert found.columns == ("predicted", "probability", "p(cat)", "p(dog)", "p(cow)")
    assert [row[0] for row in found.rows] == ["cow", "cat"]
    for row, chances in zip(found.rows, scores.double().softmax(1).tolist(), strict=True):
        assert row[1:] == pytest.approx([max(chances), *chances])


def test_logarithms_and_finished_probabilities_stay_what_they_are():
    chances = torch.tensor([[0.2, 0.5, 0.3]]).double()
    logs = read((3,), "classification", "kind", "kind", "nll_loss")
    torch.testing.assert_close(probabilities(logs, chances.log()), chances)
    behind_softmax = read((3,), classes_from="kind")
    assert behind_softmax.kind == "classes"
    torch.testing.assert_close(probabilities(behind_softmax, chances), chances)
    scores = torch.tensor([[0.0, 1.0, 5.0]]).double()
    torch.testing.assert_close(probabilities(behind_softmax, scores), scores.softmax(1))


def test_yes_and_no():
    scores = torch.tensor([[-2.0], [2.0]])
    found = said(read((1,), "binary", "even"), scores, KNOWN)
    assert found.columns == ("predicted", "p(yes)")
    assert [row[0] for row in found.rows] == ["no", "yes"]
    assert found.rows[1][1] == pytest.approx(torch.sigmoid(torch.tensor(2.0)).item())
    sure = torch.tensor([0.25, 0.75])
    for reading in (read((), "binary", "even", kind="bce_loss"), read((), classes_from="even")):
        assert [row[1] for row in said(reading, sure, KNOWN).rows] == [0.25, 0.75]
    several = said(read((2,), "binary", "sizes"), torch.zeros(1, 2), KNOWN)
    assert several.columns == ("p(length)", "p(width)")
    assert several.rows == [[0.5, 0.5]]


def test_numbers_are_told_in_their_own_unit():
    price = said(read((1,), "regression", "price"), torch.tensor([[1.5]]), KNOWN)
    assert (price.columns, price.rows) == (("predicted",), [[115.0]])
    sizes = said(read((2,), "regression", "sizes"), torch.tensor([[1.0, 1.0]]), KNOWN)
    assert sizes.columns == ("predicted(length)", "predicted(width)")
    assert sizes.rows == [[4.0, 6.0]]
    free = said(read((2,)), torch.tensor([[1.0, 2.0]]), KNOWN)
    assert free.columns == ("predicted(1)", "predicted(2)")


def test_a_class_at_every_place():
    scores = torch.zeros(1, 3, 2, 2)
    scores[0, 1, 0, 0] = scores[0, 2, 1, 1] = 1
    found = said(read((3, 2, 2), "classification", "kind"), scores, KNOWN)
    assert found.columns == tuple(f"predicted({number})" for number in range(1, 5))
    assert found.rows == [["dog", "cat", "cat", "cow"]]


def test_of_very_many_classes_the_likeliest_is_told():
    reading = Reading("said", "classes", (), "", (), "cross_entropy")
    found = said(reading, torch.eye(MOST_PROBABILITIES + 1)[:2], KNOWN)
    assert found.columns == ("predicted", "probability")
    assert [row[0] for row in found.rows] == ["0", "1"]
