"""A user's own groups in files, what can be added, and finding it by a few letters."""

from __future__ import annotations

import pytest
from networks import IMAGE, network

from netbuilder.app.library import LIBRARY, Library, entries, ranked
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.files.errors import FileError
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.graph.working import EditError

CATALOGUE = standard_catalogue()
ALL = entries(CATALOGUE, Network(), group="")


def titles(text, **more):
    return [entry.title for entry in ranked(ALL, text, **more)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("conv", "Conv2d"),
        ("conv1", "Conv1d"),
        ("nn.Conv1d", "Conv1d"),
        ("torch.nn.Linear", "Linear"),
        ("linaer", "Linear"),
        ("dorpout", "Dropout"),
        ("zzzz", None),
        ("lin", "Linear"),
        ("dense", "Linear"),
        ("fc", "Linear"),
        ("bn", "BatchNorm2d"),
        ("bn2", "BatchNorm2d"),
        ("bn1d", "BatchNorm1d"),
        ("batch norm", "BatchNorm2d"),
        ("ln", "LayerNorm"),
        ("mha", "MultiheadAttention"),
        ("attention", "MultiheadAttention"),
        ("xent", "CrossEntropyLoss"),
        ("ce", "CrossEntropyLoss"),
        ("cross entropy", "CrossEntropyLoss"),
        ("bce", "BCEWithLogitsLoss"),
        ("mse", "MSELoss"),
        ("mae", "L1Loss"),
        ("relu", "ReLU"),
        ("lrelu", "LeakyReLU"),
        ("swish", "SiLU"),
        ("gap", "GlobalAveragePool"),
        ("mp2d", "MaxPool2d"),
        ("max pool", "MaxPool2d"),
        ("cat", "Concatenate"),
        ("skip", "Add"),
        ("view", "Reshape"),
        ("transpose", "Transpose"),
        ("rearrange", "Permute"),
        ("deconv", "ConvTranspose2d"),
        ("convt", "ConvTranspose2d"),
        ("softmax", "Softmax"),
        ("dr", "Dropout"),
        ("flat", "Flatten"),
        ("rnn", "RNN"),
        ("label", "Target"),
        ("mm", "MatMul"),
        ("sub", "Subtract"),
        ("div", "Divide"),
        ("pow", "Power"),
        ("times", "Multiply"),
        ("exp", "Exp"),
        ("log", "Log"),
        ("clamp", "Clamp"),
        ("sum", "Sum"),
        ("max", "Max"),
        ("min", "Min"),
        ("std", "Std"),
        ("argmax", "ArgMax"),
        ("one hot", "OneHot"),
        ("topk", "TopK"),
        ("where", "Where"),
        ("if", "Where"),
        ("greater", "Compare"),
        ("gather", "Gather"),
        ("astype", "Cast"),
        ("formula", "Expression"),
        ("einsum", "Einsum"),
        ("comparison", "Compare"),
        ("spectral", "Linear"),
    ],
)
def test_the_best_match_comes_first(text, first):
    found = titles(text)
    assert (found[0] if found else None) == first


def test_torch_names_find_all_node_types():
    for entry in ALL:
        assert titles(entry.title)[0] == entry.title
        assert ranked(ALL, entry.id)[0] == entry


def test_the_first_word_of_a_title_counts_more_than_what_others_are_also_called(tmp_path):
    whole = entries(CATALOGUE, Network(), Library(tmp_path))
    assert ranked(whole, "vit")[0].title == "ViT block"
    assert ranked(whole, "gpt")[0].title == "GPT block"
    assert ranked(whole, "residual")[0].title == "Residual block"


def test_words_must_all_match_and_nothing_is_found_for_nonsense():
    assert titles("conv loss") == []
    assert titles("zzzz") == []
    assert titles("pool 2d avg")[0] in ("AvgPool2d", "AdaptiveAvgPool2d")


def test_an_empty_text_keeps_the_order_with_the_recent_ones_first():
    assert titles("") == [entry.title for entry in ALL]
    assert titles("", recent=("Tanh", "Add"))[:3] == ["Tanh", "Add", "Input"]
    assert titles("pool")[0] == "MaxPool2d"
    assert [title for title in titles("conv") if len(title) == 6] == ["Conv2d", "Conv1d", "Conv3d"]
    assert titles("2d", recent=("AvgPool2d",))[0] == "AvgPool2d" or titles("2d")


def made():
    inner = network(
        [IMAGE, ("conv", "conv2d"), ("act", "relu"), ("tail", "tanh"), ("out", "output")],
        "image -> conv, conv -> act, act -> tail, tail -> out",
    )
    whole, *_ = edits.make_group(inner, ["conv", "act"], "inner", title="Conv block")
    whole, *_ = edits.make_group(whole, ["inner_1", "tail"], "outer", title="Big: one/two?")
    return edits.set_group_info(whole, "outer", doc="Does a lot.")


def test_entries_hold_types_groups_and_own_groups(tmp_path):
    library = Library(tmp_path / "library")
    assert library.names() == ()
    whole = made()
    name = library.keep(whole, "outer")
    assert name == "Big_ one_two_"
    found = {entry.key: entry for entry in entries(CATALOGUE, whole, library, group="")}
    assert found["conv2d"].title == "Conv2d"
    assert found["group:inner"].sentence == "A group of 4 nodes."
    own = found["library:" + name]
    assert (own.title, own.sentence) == ("Big: one/two?", "Does a lot.")
    assert "group_input" not in found
    assert {"group_input", "input"} <= {entry.key for entry in entries(CATALOGUE, whole, library)}
    assert ranked(found.values(), "big")[0].kind in ("group", "library")
    inside = {entry.key for entry in entries(CATALOGUE, whole, library, group="inner")}
    assert "group_input" in inside
    assert not inside & {"input", "mse", "group:inner", "group:outer"}


def test_a_kept_group_comes_back_with_all_it_needs(tmp_path):
    library, whole = Library(tmp_path), made()
    name = library.keep(whole, "outer")
    fresh, group = library.add_to(Network(), name)
    assert fresh.groups == whole.groups
    assert not fresh.graph.nodes
    assert group == "outer"
    again, same = library.add_to(fresh, name)
    assert (again, same) == (fresh, "outer")
    other = edits.set_group_info(fresh, "inner", title="Mine")
    both, second = library.add_to(other, name)
    assert second == "outer_1"
    assert both.groups["outer_1"].graph.nodes["inner_1"].group == "inner_1"
    assert check(both, CATALOGUE).run is not None


def test_keeping_again_replaces_and_removing_removes(tmp_path):
    library, whole = Library(tmp_path), made()
    library.keep(whole, "inner", "Mine")
    library.keep(edits.set_group_info(whole, "inner", doc="New."), "inner", "Mine")
    [entry] = [entry for entry in library.entries() if entry.category == LIBRARY]
    assert entry.sentence == "New."
    library.remove("Mine")
    assert library.names() == ()
    with pytest.raises(FileError, match="could not be removed"):
        library.remove("Mine")


def test_files_that_are_no_groups_are_left_out_and_names_cannot_lead_outside(tmp_path, caplog):
    library = Library(tmp_path)
    (tmp_path / "broken.netgraph").write_text("{")
    (tmp_path / "plain.netgraph").write_text('{"netgraph": "1.0"}')
    assert library.names() == ()
    assert library.names() == ()
    assert len(caplog.records) == 2
    for name in ("../broken", "a/b", "", "con"):
        with pytest.raises(EditError):
            library.add_to(Network(), name)
    with pytest.raises(EditError, match="holds no group"):
        library.add_to(Network(), "plain")
    with pytest.raises(EditError, match="there is no such file"):
        library.add_to(Network(), "gone")
    with pytest.raises(EditError, match="there is no group x"):
        library.keep(Network(), "x")
    assert library.keep(made(), "inner", "../../con") == "_.._con"
