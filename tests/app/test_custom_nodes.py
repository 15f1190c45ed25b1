"""Custom nodes as a person has them: made, recorded in documents, run to see what comes out, exported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from own_nodes import as_at_the_start, line_with, using, wide

import netbuilder as nb
from netbuilder.app.custom_nodes import (
    folder_beside,
    name_problem,
    new_node,
    own_folder,
    recorded,
    remember_trust,
    remembered_trust,
    strangers,
)
from netbuilder.app.preferences import Preferences
from netbuilder.app.project import build, check_network, source_of
from netbuilder.app.session import Session
from netbuilder.catalogue.folders import set_trusted
from netbuilder.catalogue.packs import reread, standard_catalogue
from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.graph.model import Network


@pytest.fixture(autouse=True)
def nothing_trusted() -> Iterator[None]:
    as_at_the_start()
    yield
    as_at_the_start()


def told(network: Network) -> list[tuple[str, str, str]]:
    report = check_network(network, Path())
    return [(d.code, d.message, d.hint) for d in report.diagnostics if d.severity == "error"]


def trust(folder: Path) -> None:
    set_trusted([folder])
    reread()


@pytest.mark.parametrize("name", ["Wave", "gated mix", "My2Layer"])
def test_the_template_works_as_it_is(tmp_path: Path, name: str) -> None:
    path = new_node(tmp_path / "nodes", name, standard_catalogue())
    ast.parse(path.read_text(encoding="utf-8"))
    trust(path.parent)
    assert standard_catalogue().problems == ()
    kind = standard_catalogue().types[path.stem]
    assert kind.category == "Custom"
    assert not kind.is_probed
    network = using(path.stem)
    assert told(network) == []
    module = build(network, tmp_path)
    x = torch.randn(3, 5)
    assert torch.equal(module(x), x)
    declared = {name: tuple(p.shape) for name, p in module.named_parameters()}
    assert declared == {f"{path.stem}_1.factor": (5,)}
    report = check_network(network, tmp_path)
    assert report.run.records[f"{path.stem}_1"].result.weights == {"factor": (5,)}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "a name has letters and digits"),
        ("2fast", "a name has letters and digits"),
        ("a-b", "a name has letters and digits"),
        ("Linear", "there is a node Linear with the id linear already"),
        ("while", "cannot be a name in Python"),
        ("taken", "there is a file taken.py"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "taken.py").write_text("kept")
    assert said in name_problem(name, tmp_path, standard_catalogue())[0]
    with pytest.raises(FileError, match=r"a name|there is|cannot be"):
        new_node(tmp_path, name, standard_catalogue())
    assert [path.name for path in tmp_path.iterdir()] == ["taken.py"]
    assert (tmp_path / "taken.py").read_text() == "kept"


def test_a_document_says_where_its_nodes_come_from(tmp_path: Path) -> None:
    folder = tmp_path / "nodes"
    folder.mkdir()
    (folder / "wide.py").write_text(wide())
    trust(folder)
    path = tmp_path / "net.netgraph"
    Session(using("wide")).save(path)
    assert '"custom_nodes": {"wide": "nodes/wide.py"}' in path.read_text()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    opened = load(path.rename(moved / "net.netgraph"))
    assert opened.custom_nodes == {"wide": str(moved / "nodes" / "wide.py")}
    set_trusted(())
    # What it says is kept while the type is not known, and dropped with the last node.
    assert recorded(opened, standard_catalogue()) == opened
    assert not recorded(
        Network(custom_nodes=opened.custom_nodes), standard_catalogue()
    ).custom_nodes


def test_code_of_a_folder_that_is_not_trusted_is_not_run(tmp_path: Path) -> None:
    folder = tmp_path / "nodes"
    folder.mkdir()
    ran = tmp_path / "ran"
    (folder / "wide.py").write_text(
        f"from pathlib import Path\nPath({str(ran)!r}).touch()\n{wide()}"
    )
    trust(folder)
    session = Session(using("wide"))
    session.save(tmp_path / "net.netgraph")
    assert session.report.network is session.network
    ran.unlink()
    trust(tmp_path / "other")
    opened = load(tmp_path / "net.netgraph")
    ((code, message, hint),) = [found for found in told(opened) if found[0] == "NB505"]
    assert (code, str(folder / "wide.py") in message) == ("NB505", True)
    assert f"--trust-nodes {folder}" in hint
    (stranger,) = strangers(opened, standard_catalogue())
    assert (stranger.folder, stranger.types, [p.name for p in stranger.files]) == (
        folder,
        ("wide",),
        ["wide.py"],
    )
    assert not ran.exists()
    trust(folder)
    assert strangers(opened, standard_catalogue()) == ()
    assert ran.exists()


@pytest.mark.parametrize(
    ("forward", "shape", "comes_out"),
    [
        ("self.linear(x)", (5,), "N x 15"),
        ("self.linear(x)", ("T", 5), "N x T x 15"),
        ("self.linear(x).flatten(1)", (4, 5), "N x 60"),
        ("torch.cat([x, x[:, :1]], 1).argmax(2)", ("T", 5), "N x (T + 1)"),
        ("self.linear(x).flatten(0, 1)", (4, 5), "(4*N) x 15"),
    ],
)
def test_what_comes_out_is_found_by_running_it(
    tmp_path: Path, forward: str, shape: tuple[int | str, ...], comes_out: str
) -> None:
    (tmp_path / "wide.py").write_text(wide(forward))
    trust(tmp_path)
    network = using("wide", shape)
    assert [found for found in told(network) if found[0] in ("NB506", "NB507")] == []
    report = check_network(network, tmp_path)
    result = report.run.records["wide_1"].result
    assert str(result.types["output"]) == comes_out
    assert result.weights == {"linear.weight": (15, 5), "linear.bias": (15,)}
    x = torch.randn(2, *[7 if isinstance(size, str) else size for size in shape])
    y = build(network, tmp_path)(x)
    sizes = [
        s if isinstance(s, int) else s.at({"N": 2, "T": 7}) for s in result.types["output"].shape
    ]
    assert list(y.shape) == sizes
    assert str(y.dtype) == f"torch.{result.types['output'].dtype}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (wide("x @ torch.zeros(7, 7)"), "running Wide failed: RuntimeError"),
        (wide("x.view(-1, 4)"), "running Wide failed: RuntimeError"),
        (wide("x[: len(x) // 2 * 2]"), "axis 0 of output is no sum of multiples of N"),
        (wide(pattern="B D E"), "output came out as N x 15, but is declared as B D E"),
        (wide("x.expand(4, -1, -1)", pattern="*B D"), "output came out with B = 4 x N"),
    ],
)
def test_a_module_that_cannot_be_run_is_told_at_the_node(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "wide.py"
    path.write_text(text)
    trust(tmp_path)
    ((_, message, hint),) = [found for found in told(using("wide")) if found[0] == "NB507"]
    assert said in message
    assert str(path) in hint
    if "failed" in said:
        assert message.endswith(f"(wide.py, line {line_with(path, 'return x')})")


def test_a_rule_that_fails_is_told_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wide.py"
    path.write_text(wide(pattern="*B C").replace('"WideModule", a.C', '"WideModule", a.D'))
    trust(tmp_path)
    ((_, message, _),) = [found for found in told(using("wide")) if found[0] == "NB503"]
    assert f"(wide.py, line {line_with(path, 'a.D')})" in message


def test_the_source_runs_without_the_program(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(wide())
    trust(tmp_path)
    text = source_of(using("wide"), tmp_path).text
    assert "netbuilder" not in text
    assert "class WideModule(nn.Module):" in text
    space: dict[str, object] = {"__name__": "alone"}
    exec(text, space)
    assert space["TestNet"]()(torch.zeros(2, 5)).shape == (2, 15)  # type: ignore[operator]


def test_a_program_trusts_folders_and_builds_with_them(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(wide("x", "*B C"))
    nb.trust_nodes(tmp_path)
    b = nb.Builder("Mine")
    b.add("output", b.add("wide", b.add("input", shape=[5])), id="y")
    nb.save(b, tmp_path / "net.netgraph")
    assert load(tmp_path / "net.netgraph").custom_nodes == {"wide": str(tmp_path / "wide.py")}
    assert nb.build(b)(torch.ones(2, 5)).shape == (2, 5)


def test_a_run_with_a_custom_node_trains_and_is_exported_without_trust(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(wide())
    nb.trust_nodes(tmp_path)
    recipe = {"epochs": 1, "threads": 1, "device": "cpu"}
    b = nb.Builder("Or", data={"source": "or"}, recipe=recipe)
    logits = b.add("linear", b.add("wide", b.add("input", id="point", shape=[2])), out_features=1)
    label = b.add("target", id="label", shape=[1], dtype="float32")
    b.add("output", logits, id="answer")
    b.add("bce_with_logits", logits, label, id="loss")
    trained = nb.train(b, tmp_path / "run")
    assert trained.ok
    trust(tmp_path / "other")
    assert nb.export(trained, tmp_path / "or.onnx").ok
    assert nb.export(trained, tmp_path / "project").ok
    assert (load(trained.run.graph)).custom_nodes == {"wide": str(tmp_path / "wide.py")}


def test_folders_and_trust_are_kept_in_the_preferences(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "state")
    assert own_folder(preferences) == tmp_path / "state" / "nodes"
    preferences.set("nodes", str(tmp_path / "mine"))
    assert own_folder(preferences) == tmp_path / "mine"
    assert folder_beside(tmp_path / "net.netgraph") == tmp_path / "nodes"
    assert remembered_trust(preferences) == ()
    remember_trust(preferences, (tmp_path / "mine", tmp_path / "mine"))
    assert remembered_trust(Preferences(tmp_path / "state")) == (tmp_path / "mine",)
    preferences.remember("trusted_nodes", "damaged")
    assert remembered_trust(preferences) == ()
