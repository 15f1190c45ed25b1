"""Pictures as files: what they hold, how large they are, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage

from netbuilder.app.examples import example
from netbuilder.app.project import check_network
from netbuilder.app.theme import THEMES
from netbuilder.check.report import Report
from netbuilder.editor.pictures import PictureError, Wanted, beside, drawing, png, write_pictures
from netbuilder.files.errors import FileError


@pytest.fixture(scope="module")
def report() -> Report:
    return check_network(example("digits_residual"), Path())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_has_the_themes_ground_or_none(report: Report, theme: str, tmp_path: Path) -> None:
    for transparent in (False, True):
        wanted = Wanted("png", theme=theme, scale=1, transparent=transparent)
        (drawn,) = write_pictures(report, wanted, tmp_path / "net.png")
        image = QImage(str(drawn.path))
        assert (image.width(), image.height()) == (drawn.width, drawn.height)
        assert drawn.bytes == drawn.path.stat().st_size
        ground = image.pixelColor(2, 2)
        assert (ground.alpha() == 0) is transparent
        if not transparent:
            assert ground == QColor(THEMES[theme].canvas)
        # Cards are drawn: more than the ground alone.
        seen = {image.pixelColor(x, image.height() // 2).name() for x in range(image.width())}
        assert len(seen) > 8


def test_the_scale_counts(report: Report) -> None:
    text = drawing(report, Wanted())
    _, one = png(text, 1)
    _, three = png(text, 3)
    assert three.width() == pytest.approx(3 * one.width(), abs=2)


def test_a_huge_picture_is_refused_with_the_way_out(report: Report) -> None:
    text = drawing(report, Wanted())
    with pytest.raises(
        PictureError, match=r"take a scale of [\d.]+ at most, or SVG or PDF"
    ) as told:
        png(text, 1000)
    largest = float(str(told.value).split("scale of ")[1].split()[0])
    assert png(text, largest)[0]


def test_all_graphs(report: Report, tmp_path: Path) -> None:
    groups = ("", *report.network.groups)
    drawn = write_pictures(report, Wanted("svg", groups), tmp_path / "net.svg")
    assert [one.path for one in drawn] == [
        tmp_path / "net.svg",
        *(tmp_path / f"net-{group}.svg" for group in report.network.groups),
    ]
    (book,) = write_pictures(report, Wanted("pdf", groups), tmp_path / "net.pdf")
    data = book.path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") == len(groups)


def test_names_of_groups_become_names_of_files() -> None:
    assert beside(Path("/x/net.svg"), "a b/../c") == Path("/x/net-a_b_.._c.svg")


def test_a_place_that_cannot_be_written(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="could not be saved"):
        write_pictures(report, Wanted(), tmp_path / "file" / "net.svg")


def test_markup_in_a_title_stays_text(qtbot: Any, tmp_path: Path) -> None:
    report = check_network(example("iris_mlp"), Path())
    assert "<script" not in drawing(report, Wanted(transparent=True))
