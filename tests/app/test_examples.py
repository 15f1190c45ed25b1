"""The examples that ship with the program."""

from __future__ import annotations

import pytest

from netbuilder.app import examples
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps


def test_every_example_opens_and_is_in_canonical_form() -> None:
    assert "digits_cnn" in examples.example_names()
    for name in examples.example_names():
        assert dumps(examples.example(name)) == examples.example_text(name)


def test_an_unknown_example_is_told_with_those_there_are() -> None:
    with pytest.raises(FileError, match=r"no such example; there are: .*digits_cnn"):
        examples.example("nothing")


def test_a_checkout_that_is_not_installed_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = examples.example_names()
    monkeypatch.setattr(examples, "PACKAGE", "no_such_package_of_examples")
    assert examples.example_names() == installed
