"""Shared weights in generated source: one module used twice, or one weight in two modules."""

import torch
from networks import network
from sharing_cases import language_model, towers, twins

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load_text
from netbuilder.graph import edits

FC = ("linear", {"out_features": 5})
CATALOGUE = standard_catalogue()


def source_of(made):
    return generate(made, CATALOGUE)


def built(made):
    source = source_of(made)
    return load_text(source.text, source.class_name, "model.py")()


def test_nodes_that_share_call_one_module():
    text = source_of(twins(FC, (*FC, {"shares": "fc_1"}))).text
    assert "self.fc_2" not in text
    assert text.count("self.fc_1 = ") == 1
    assert "self.fc_1(left)" in text
    assert "self.fc_1(right)" in text


def test_instances_that_share_call_one_module_and_give_the_same():
    module = built(towers())
    x = torch.randn(3, 8)
    one, other = module(x, x)
    assert torch.equal(one, other)
    assert [name for name, _ in module.named_children()] == ["fc_1"]


def test_repeats_that_share_go_through_the_same_rows():
    made = edits.set_flags(towers(sizes=(4, 4)), ["fc_1", "fc_2"], repeat=3)
    module = built(made)
    one, other = module(*[torch.ones(2, 4)] * 2)
    assert torch.equal(one, other)
    assert len(list(module.parameters())) == 6


def test_a_map_takes_the_weight_of_a_table():
    made = language_model(("linear", {"out_features": 20}, {"shares": "table"}))
    assert "        self.head.weight = self.table.weight\n" in source_of(made).text
    module = built(made)
    assert module.head.weight is module.table.weight
    assert [n for n, _ in module.named_parameters()] == ["table.weight", "head.bias"]


def test_a_taken_weight_is_there_before_it_is_taken():
    made = language_model(("linear", {"out_features": 20, "weight_init": "zeros"}, {}))
    made = edits.share_weights(made, "table", "head")
    module = built(made)
    assert module.table.weight is module.head.weight
    assert not module.table.weight.any()
    assert [n for n, _ in module.named_parameters()] == ["head.weight", "head.bias"]


def test_a_bypassed_source_leaves_its_name_to_those_that_share():
    made = twins(
        ("linear", {"out_features": 8}), ("linear", {"out_features": 8}, {"shares": "fc_1"})
    )
    made = edits.set_flags(made, ["fc_1"], bypass=True, frozen=True)
    module = built(made)
    assert [name for name, _ in module.named_children()] == ["fc_1"]
    assert not any(p.requires_grad for p in module.parameters())


def test_weights_are_saved_and_loaded_by_name():
    made = language_model(("linear", {"out_features": 20}, {"shares": "table"}))
    one, other = built(made), built(made)
    other.load_state_dict({n: t.clone() for n, t in one.state_dict().items()})
    words = torch.randint(0, 20, (2, 6))
    assert torch.equal(one(words), other(words))
    assert other.head.weight is other.table.weight


def test_gradients_of_both_uses_add_up():
    module = built(twins(FC, (*FC, {"shares": "fc_1"})))
    left, right = torch.randn(2, 3, 8)
    one, other = module(left, right)
    (one.sum() + other.sum()).backward()
    expected = (left.sum(0) + right.sum(0)).expand(5, 8)
    assert torch.allclose(module.fc_1.weight.grad, expected)


def test_factors_are_found_at_the_paths_of_modules():
    made = edits.set_flags(towers(sizes=(4, 4)), ["fc_1"], repeat=2, lr_factor=0.5)
    made = edits.set_flags(made, ["fc_2"], repeat=2)
    made = edits.set_flags(made, ["map_1"], lr_factor=0.5, group="tower")
    assert source_of(made).learning_rates == {
        "fc_1": 0.5,
        "fc_1.0.map_1": 0.25,
        "fc_1.1.map_1": 0.25,
    }
    alone = edits.set_flags(edits.share_weights(made, "fc_2", ""), ["fc_1", "fc_2"], shared=True)
    assert source_of(alone).learning_rates == {"fc_1": 0.5, "fc_1.map_1": 0.25, "fc_2.map_1": 0.5}


def test_a_branch_without_an_end_neither_builds_nor_breaks():
    made = network(
        [
            ("x", "input", {"shape": (8,)}),
            ("fc_1", *FC),
            ("fc_2", *FC, {"shares": "fc_1"}),
            ("out", "output"),
        ],
        "x -> fc_1, x -> fc_2, fc_2 -> out",
    )
    module = built(made)
    assert [name for name, _ in module.named_children()] == ["fc_1"]
