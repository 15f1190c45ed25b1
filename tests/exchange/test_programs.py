"""Programs that torch runs without the source: compared, with their facts in them, refused when wrong."""

from __future__ import annotations

import json
import warnings
import zipfile

import pytest
import torch
from exchange.handwritten import simple, tokens

from netbuilder.exchange import programs
from netbuilder.exchange.programs import export_program
from netbuilder.exchange.report import ExportError
from netbuilder.exchange.subject import Subject, build


def read(path, to):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch deprecates TorchScript
        return programs._KINDS[to].read(path)


@pytest.mark.parametrize("to", ["pt2", "torchscript"])
def test_a_program_agrees_at_sizes_that_nobody_compared_at(to, tmp_path):
    subject = Subject(
        tokens(), title="Tokens 🐝", seed=3, preprocessing={"classes": {"kind": ["a"]}}
    )
    path = tmp_path / "deep" / f"net.{to}"
    report = export_program(subject, path, to)
    assert (report.ok, report.format, report.files) == (True, to, (path,))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert bool(report.note) == (to == "torchscript")
    assert len({sizes["T"] for sizes in report.sizes}) == 3
    program, module = read(path, to), build(subject)
    ids, extra = torch.randint(11, (9, 33)), torch.randn(9, 4)
    with torch.no_grad():
        for got, wanted in zip(program(ids, extra), module(ids, extra), strict=True):
            torch.testing.assert_close(got, wanted)
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if programs.FACTS in n)
        said = json.loads(archive.read(name))
        held = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".json"))
    assert b"ops.netbuilder" not in held  # it runs where this program is not
    assert said["title"] == "Tokens 🐝"
    assert said["preprocessing"] == {"classes": {"kind": ["a"]}}


def test_a_program_that_computes_something_else_is_not_put_in_place(tmp_path):
    """Tracing keeps the way of one input alone; the comparison notices at another batch size."""
    body = "y = self.linear_1(x)\nreturn y if x.shape[0] == 3 else -y"
    path = tmp_path / "net.pt"
    path.write_bytes(b"an older file")
    report = export_program(Subject(simple(body)), path, "torchscript")
    assert not report.ok
    assert "differs from the module's" in report.problem()
    assert path.read_bytes() == b"an older file"
    assert [file.name for file in tmp_path.iterdir()] == ["net.pt"]


def test_what_cannot_be_recorded_is_told_at_its_node(tmp_path):
    body = "y = self.linear_1(x)\nreturn y if y.sum() > 0 else x"
    source = simple(body, paths={"y.sum": "sum_1", "self.linear_1": "linear_1"})
    with pytest.raises(ExportError, match=r"node sum_1 cannot be written as a \.pt2 program"):
        export_program(Subject(source), tmp_path / "net.pt2", "pt2")
    with pytest.raises(ExportError, match="is a folder"):
        export_program(Subject(source), tmp_path, "pt2")
    assert list(tmp_path.iterdir()) == []
