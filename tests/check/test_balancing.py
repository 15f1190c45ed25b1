"""The ways out of uneven classes: weights in the loss, or drawing every class as often."""

from networks import network

from netbuilder.app.project import check_network
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.fields import Field
from netbuilder.graph.edits import set_recipe

COUNTS = (900, 45)
LABEL = Field("label", (), "int64", ("no", "yes"), "target", COUNTS)
FIELDS = {"x": Field("x", (4,)), "label": LABEL}


def classifier(loss, width, target="int64"):
    nodes = [
        ("x", "input", {"shape": (4,)}),
        ("label", "target", {"shape": () if width > 1 else (1,), "dtype": target}),
        ("head", "linear", {"out_features": width}),
        ("said", "output"),
        ("loss", loss),
    ]
    return network(nodes, "x -> head, head -> said, head -> loss.input, label -> loss.target")


def told(made, fields=FIELDS):
    found = check(made, standard_catalogue(), fields).diagnostics
    return [one for one in found if one.code == "NB409"]


def test_classes_are_weighed_or_drawn_equally_often():
    made = classifier("cross_entropy", 2)
    (one,) = told(made)
    weigh, draw = one.fixes
    weights = weigh.edit(made).graph.nodes["loss"].params["class_weights"]
    # As scikit-learn's class_weight="balanced": samples / (classes * samples of the class).
    assert list(weights) == [round(945 / (2 * count), 4) for count in COUNTS]
    assert draw.edit(made).recipe == {"sampling": "balanced"}
    for fix in one.fixes:
        assert not told(fix.edit(made))
        assert not fix.safe


def test_a_yes_is_weighed_against_a_no():
    made = classifier("bce_with_logits", 1, "float32")
    (one,) = told(made)
    weigh, _ = one.fixes
    assert list(weigh.edit(made).graph.nodes["loss"].params["pos_weight"]) == [20.0]
    assert not told(weigh.edit(made))


def test_pixels_are_weighed_but_not_drawn():
    field = Field("label", (4,), "int64", ("no", "yes"), "target", COUNTS)
    made = classifier("cross_entropy", 2)
    for one in told(made, {**FIELDS, "label": field}):
        assert [fix.title for fix in one.fixes] == ["set class_weights to balance the classes"]


def test_what_is_drawn_equally_often_is_not_told():
    made = set_recipe(classifier("cross_entropy", 2), {"sampling": "balanced"})
    assert not told(made)


def test_a_folder_of_images_says_how_many_there_are_of_each_class(tmp_path):
    for name, count in (("no", 30), ("yes", 2)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "images" / name / f"{number}.png").write_bytes(b"is not opened")
    nodes = [
        ("image", "input", {"shape": (3, 64, 64)}),
        ("label", "target", {"dtype": "int64", "shape": ()}),
        ("flat", "flatten"),
        ("head", "linear", {"out_features": 2}),
        ("said", "output"),
        ("loss", "cross_entropy"),
    ]
    wires = "image -> flat, flat -> head, head -> said, head -> loss.input, label -> loss.target"
    made = network(nodes, wires, data={"source": "image_folder", "params": {"path": "images"}})
    (one,) = [one for one in check_network(made, tmp_path).diagnostics if one.code == "NB409"]
    assert "30 samples of no and 2 of yes" in one.message
