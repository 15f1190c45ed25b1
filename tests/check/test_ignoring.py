"""Warnings that a document asks not to be told: of one node, or of any; errors are always told."""

from __future__ import annotations

import json

import pytest
from diagnostic_cases import CASES, FLAT, HEAD, chain, merged

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import Checker, check
from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.delta import delta
from netbuilder.graph.document import Document
from netbuilder.graph.model import Network
from netbuilder.graph.semantics import semantic_hash
from netbuilder.node_api.errors import NetBuilderError

CATALOGUE = standard_catalogue()


def told(network: Network) -> set[tuple[str, str]]:
    return {(d.code, str(d.where.node)) for d in check(network, CATALOGUE).diagnostics}


def idle(*names: str) -> Network:
    """A network with nodes that reach nothing."""
    rows = [(name, "relu") for name in names]
    return merged(chain(FLAT, HEAD), rows, ", ".join(f"flatten_1 -> {name}" for name in names))


def test_a_node_that_asks_for_it_is_not_warned_of_and_the_others_are():
    network = idle("a", "b")
    assert told(network) == {("NB308", "a"), ("NB308", "b")}
    quiet = edits.ignore(network, "NB308", ["a"])
    assert told(quiet) == {("NB308", "b")}
    assert [d.where.node for d in check(quiet, CATALOGUE).ignored] == ["a"]
    assert told(edits.ignore(quiet, "NB308", ["a"], ignored=False)) == told(network)


def test_a_whole_document_can_do_without_a_code():
    quiet = edits.ignore(idle("a", "b"), "NB308")
    assert told(quiet) == set()
    assert told(edits.ignore(quiet, "NB308", ignored=False)) == {("NB308", "a"), ("NB308", "b")}


def test_inside_of_a_group_the_node_of_the_definition_asks():
    network = CASES["NB308 in a group"].network
    assert ("NB308", "block_1/relu_1") in told(network)
    quiet = edits.ignore(network, "NB308", ["relu_1"], "block")
    assert told(quiet) == set()


def test_errors_are_told_whatever_the_document_asks():
    broken = chain(FLAT, ("head", "linear", {"out_features": 0}))
    quiet = edits.ignore(edits.ignore(broken, "NB101"), "NB101", ["head"])
    assert told(quiet) == told(broken)


def test_it_is_kept_in_files_undone_as_a_step_and_trains_the_same():
    network = idle("a")
    document = Document(network)
    document.do("Do not warn", lambda n: edits.ignore(n, "NB308", ["a"]))
    document.do("Do not warn", lambda n: edits.ignore(n, "NB331"))
    quiet = document.network
    again = loads(dumps(quiet))
    assert dumps(again) == dumps(quiet)
    assert (again.ignore, again.graph.nodes["a"].ignore) == (("NB331",), ("NB308",))
    assert json.loads(dumps(quiet))["ignore"] == ["NB331"]
    assert semantic_hash(quiet) == semantic_hash(network)
    assert delta(network, quiet).properties == {"ignore"}
    assert document.undo()
    assert document.undo()
    assert document.network == network


def test_a_file_says_it_with_codes_and_nothing_else():
    text = dumps(edits.ignore(idle("a"), "NB308", ["a"]))
    for wrong in ('"NB308"', "7", '["no code"]', "[1]"):
        with pytest.raises(NetBuilderError, match="ignore"):
            loads(text.replace('["NB308"]', wrong))
    with pytest.raises(edits.EditError, match="a code such as NB331"):
        edits.ignore(idle("a"), "quiet!")


def test_a_second_check_notices_that_a_node_asks_for_it():
    network = idle("a", "b")
    checker = Checker(CATALOGUE)
    checker.check(network)
    quiet = edits.ignore(network, "NB308", ["a"])
    assert [d.where.node for d in checker.check(quiet).diagnostics] == ["b"]
