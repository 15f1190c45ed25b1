"""What is not a network is refused in one sentence, quickly, and with nothing but a FileError."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from network_strategies import networks

from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps, loads
from netbuilder.graph import limits

GOOD = """{
  "netgraph": "1.0",
  "graph": {
    "nodes": [
      {"id": "a", "type": "linear", "params": {"out_features": 8}},
      {"id": "b", "type": "relu"}
    ],
    "edges": ["a.output -> b.input"]
  },
  "groups": [{"id": "block", "params": [{"name": "dim", "default": 8}]}]
}"""


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new)


CASES = {
    "empty": ("", "is empty"),
    "blank": (" \n ", "is empty"),
    "a list": ("[]", "an object"),
    "a number": ("5", "an object"),
    "no version": ("{}", '"netgraph"'),
    "odd version": (changed('"1.0"', '"one"'), 'netgraph is "one"'),
    "version as a number": (changed('"1.0"', "1.0"), "netgraph is 1.0"),
    "version 0": (changed('"1.0"', '"0.9"'), "start at 1.0"),
    "duplicate key": (changed('"id": "a"', '"id": "a", "id": "a"'), '"id" twice'),
    "duplicate key of a node": (
        changed('"type": "relu"', '"type": "relu", "type": "relu"'),
        r'"type" twice in one object of "b"',
    ),
    "NaN": (changed('": 8}}', '": NaN}}'), "NaN in line 5"),
    "Infinity": (changed('": 8}}', '": -Infinity}}'), "Infinity in line 5"),
    "float overflow": (changed('": 8}}', '": 1e999}}'), "1e999 in line 5"),
    "long float": (changed('": 8}}', f'": {"9" * 400}.5}}}}'), "finite"),
    "2**63": (changed('": 8}}', f'": {2**63}}}}}'), f"{2**63} in line 5"),
    "-2**63": (changed('": 8}}', f'": {-(2**63)}}}}}'), "2\\*\\*63"),
    "a thousand digits": (changed('": 8}}', f'": {"7" * 9999}}}}}'), "whole numbers below"),
    "text for a number": (changed('"default": 8', '"default": "8"'), r"groups\[0\]\.params\[0\]\.default is \"8\""),
    "type as a number": (changed('"relu"', "5"), r"graph\.nodes\[1\]\.type is 5"),
    "node as a text": (changed('{"id": "b", "type": "relu"}', '"b"'), r'graph\.nodes\[1\] is "b"'),
    "nodes as an object": (changed('"nodes": [', '"nodes": {"x": [').replace("    ],\n    \"edges", "    ]},\n    \"edges"), "graph.nodes is an object"),
    "null title": (changed('"graph": {\n', '"title": null, "graph": {\n'), "title is null"),
    "params as a list": (changed('{"out_features": 8}', "[8]"), r"nodes\[0\]\.params is a list"),
    "no type": (changed(', "type": "relu"', ""), 'has no "type" of "b"'),
    "no id": (changed('"id": "b", ', ""), 'has no "id"'),
    "bypass as 1": (changed('"type": "relu"', '"type": "relu", "bypass": 1'), r"bypass is 1, but true or false"),
    "position of three": (changed('"type": "relu"', '"type": "relu", "position": [1, 2, 3]'), "position is a list of 3"),
    "position of texts": (changed('"type": "relu"', '"type": "relu", "position": ["1", 2]'), 'position is "1"'),
    "repeat as text": (changed('"type": "relu"', '"type": "relu", "repeat": "3"'), 'repeat is "3"'),
    "repeat as true": (changed('"type": "relu"', '"type": "relu", "repeat": true'), "repeat is true"),
    "version of a type": (changed('"type": "relu"', '"type": "relu", "version": 0'), "version is 0"),
    "expression of a number": (changed('": 8}}', '": {"=": 5}}}'), r"params\.out_features\.= is 5"),
    "id that is no name": (changed('"id": "b"', '"id": "b-1"'), 'id is "b-1"'),
    "id that is a keyword": (changed('"id": "b"', '"id": "class"'), 'id is "class"'),
    "id that torch needs": (changed('"id": "b"', '"id": "forward"'), 'id is "forward"'),
    "id in other letters": (changed('"id": "b"', '"id": "\uff45xec"'), "id is"),
    "id with a line break": (changed('"id": "b"', '"id": "b\\n"'), "id is"),
    "id twice": (changed('"id": "b"', '"id": "a"'), "has the id a, which is taken"),
    "group that is no name": (changed('"id": "block"', '"id": "9"'), r"groups\[0\]\.id"),
    "instance of no name": (changed('"relu"', '"group:../x"'), r'nodes\[1\]\.type is "../x"'),
    "param that is no name": (changed('"name": "dim"', '"name": "di m"'), r"params\[0\]\.name"),
    "param twice": (changed('[{"name"', '[{"name": "dim", "default": 1}, {"name"'), "the parameter dim twice"),
    "type with a blank": (changed('"relu"', '"os system"'), "type"),
    "edge to nowhere": (changed("-> b.input", "-> c.input"), "there is no node c"),
    "edge from nowhere": (changed('"a.output', '"c.output'), "there is no node c"),
    "edge as a list": (changed('"a.output -> b.input"', '["a", "b"]'), r"edges\[0\] is a list"),
    "edge without port": (changed("a.output ->", "a ->"), "node.port -> node.port"),
    "two edges into one": (changed('b.input"]', 'b.input", "b.output -> b.input"]'), r"edges\[1\] is a second edge into b\.input"),
    "lone surrogate": (changed('"relu"', '"relu", "note": "\\ud800"'), "note has half a character"),
    "lone surrogate as a key": (changed('"relu"', '"relu", "\\udc00": 1'), "half a character"),
    "NUL": (changed('"relu"', '"relu", "note": "a\\u0000b"'), "note has the character NUL"),
    "a zero byte": (GOOD.replace("relu", "re\0lu"), "byte 0 in line 6"),
    "truncated": (GOOD[:200], "ends in the middle, in line 9"),
    "truncated in a text": (GOOD[:150], "ends in the middle"),
    "missing comma": (changed('"edges"', '5 "edges"'), "line 8, column"),
    "trailing comma": (changed('"relu"}', '"relu"},'), "not JSON in line 7"),
    "two documents": (GOOD + GOOD, "nothing more was expected"),
    "single quotes": ("{'netgraph': '1.0'}", "double quotes"),
    "line break in a text": (changed('"relu"', '"re\nlu"'), "line break"),
    "long text": (changed('"relu"', f'"relu", "note": "{"x" * (limits.MAX_TEXT + 1)}"'), "65,537 characters"),
    "many params": (changed('{"out_features": 8}', json.dumps({f"p{i}": 1 for i in range(257)})), "sets 257 parameters"),
    "deep nesting": (changed('": 8}}', '": ' + "[" * 70 + "]" * 70 + "}}"), "more than 64 deep"),
    "deep but balanced elsewhere": (changed('": 8}}', '": ' + "[" * 50 + "]" * 50 + "}}"), "more than 32 deep"),
    "a hundred thousand open": ("[" * 100_000, "more than 64 deep"),
    "open objects": ('{"a":' * 100_000, "more than 64 deep"),
    "a million brackets": ("[" * 1_000_000, "64 deep"),
    "a million and two flat": ('{"netgraph": "1.0", "x": [' + ",".join(["[]"] * 500_000) + "]}", "1,000,004 brackets"),
    "brackets in an open text": ('{"' + "[" * 2_000_000, "ends in the middle|not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_bad_text_is_refused_in_a_sentence(name):
    text, said = CASES[name]
    start = time.perf_counter()
    with pytest.raises(FileError, match=said) as caught:
        loads(text, "net.netgraph")
    assert time.perf_counter() - start < 5, "the time must be bounded by the size of the text"
    message = str(caught.value)
    assert message.startswith("net.netgraph: ")
    assert "\n" not in message
    assert len(message) < 400
    message.encode("utf-8")


def test_the_good_text_is_good():
    assert len(loads(GOOD).graph.nodes) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x80\x02}q\x00.", "not text in UTF-8: byte 0x80"),
        (GOOD.encode("utf-16"), "not text in UTF-8"),
        (b"PK\x03\x04" + bytes(200), "byte 0|UTF-8"),
        (b'{"netgraph": "1.0", "title": "\xff"}', "byte 0xff in line 1"),
        (b'{"netgraph": "1.0", "title": "\xed\xa0\x80"}', "UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data, said):
    with pytest.raises(FileError, match=said):
        loads(data)


def test_brackets_in_texts_do_not_count():
    text = changed('"relu"', '"relu", "note": "' + "[" * 5000 + '\\"{{"')
    assert loads(text).graph.nodes["b"].note.startswith("[[")


def test_numbers_near_the_limits_are_kept():
    for number in (2**63 - 1, -(2**63) + 1, 1.7976931348623157e308, 5e-324, -0.0):
        text = changed('": 8}}', f'": {number!r}}}}}')
        value = loads(text).graph.nodes["a"].params["out_features"]
        assert repr(value) == repr(number)


def test_too_many_nodes_are_refused():
    nodes = ",".join(f'{{"id":"n{i}","type":"r"}}' for i in range(limits.MAX_NODES + 1))
    with pytest.raises(FileError, match="100,001 nodes"):
        loads('{"netgraph":"1.0","graph":{"nodes":[' + nodes + "]}}")


def opens_or_says_why(data):
    try:
        network = loads(data, "x")
    except FileError as error:
        message = str(error)
        assert "\n" not in message
        message.encode("utf-8")
        return
    assert loads(dumps(network)) == network


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b'"\\')
@settings(max_examples=300, deadline=None)
def test_any_bytes_open_or_are_refused(data):
    opens_or_says_why(data)


TOKENS = [
    *"[]{},:",
    '"',
    "\\",
    "\\u0000",
    "\\ud800",
    '"netgraph": "1.0"',
    '"netgraph": "9.1"',
    '"graph":',
    '"nodes":',
    '"id": "a"',
    '"type": "x"',
    '"edges": ["a.b -> a.c"]',
    '"="',
    "null",
    "true",
    "NaN",
    "1e999",
    "-0.0",
    "9" * 30,
    "\n",
    "\0",
    "\x80",
]


@given(st.lists(st.sampled_from(TOKENS), max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_row_of_tokens_opens_or_is_refused(tokens):
    opens_or_says_why("".join(tokens))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_network_with_any_value_in_any_place_opens_or_is_refused(data):
    plain = json.loads(dumps(data.draw(networks())))
    simple = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    odd = simple | st.lists(simple, max_size=3) | st.dictionaries(st.text(max_size=3), simple)
    place = plain
    while isinstance(place, dict | list) and place:
        key = data.draw(
            st.sampled_from(list(place) if isinstance(place, dict) else range(len(place)))
        )
        if (
            not (isinstance(place[key], dict | list) and place[key])
            or data.draw(st.integers(0, 3)) == 0
        ):
            place[key] = data.draw(odd)
            break
        place = place[key]
    opens_or_says_why(json.dumps(plain, ensure_ascii=data.draw(st.booleans())))


@given(networks(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_text_opens_or_is_refused(network, data):
    raw = bytearray(dumps(network).encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    if data.draw(st.booleans()):
        del raw[at:]
    else:
        raw[at] = data.draw(st.integers(0, 255))
    opens_or_says_why(bytes(raw))


def test_opening_runs_nothing(monkeypatch):
    import builtins

    def forbidden(*arguments, **options):
        raise AssertionError("opening a file ran code")

    hostile = "__import__('os').system('echo no')"
    text = changed(
        '"relu"', f'"relu", "note": "{hostile}", "params": {{"x": {{"=": "{hostile}"}}}}'
    )
    with monkeypatch.context() as patched:
        for name in ("eval", "exec", "compile", "__import__"):
            patched.setattr(builtins, name, forbidden)
        network = loads(text)
    assert network.graph.nodes["b"].note == hostile
