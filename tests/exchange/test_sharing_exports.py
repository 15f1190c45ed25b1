"""Networks with shared weights go out as ONNX and as Python, and say the same there."""

import pytest
from sharing_cases import language_model, towers, twins

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.exchange.onnx import export_onnx
from netbuilder.exchange.python import export_python
from netbuilder.exchange.subject import Subject
from netbuilder.graph import edits

FC = ("linear", {"out_features": 5})
NETWORKS = {
    "twins": twins(FC, (*FC, {"shares": "fc_1"})),
    "words": language_model(("linear", {"out_features": 20}, {"shares": "table"})),
    "towers": edits.set_flags(towers(sizes=(4, 4)), ["fc_1", "fc_2"], repeat=2),
}


@pytest.fixture(params=NETWORKS)
def subject(request):
    return Subject(generate(NETWORKS[request.param], standard_catalogue()), seed=1)


def test_onnx(subject, tmp_path):
    report = export_onnx(subject, tmp_path / "net.onnx")
    assert report.ok, report.problem()


def test_python(subject, tmp_path):
    report = export_python(subject, tmp_path / "project")
    assert report.ok
