"""Text as windows of tokens: the next token is right, parts do not overlap, and files are told apart."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from netbuilder.data import bpe
from netbuilder.data import windows as cutting
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.registry import sources
from netbuilder.data.source import DataError
from netbuilder.data.splitting import in_order
from netbuilder.data.windows import token_name, windows

HERE = Path()


def text(folder: Path, content: str | bytes, name: str = "poem.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def data(path: Path, **params):
    return {"source": "text", "params": {"path": path.name, **params}}


def test_characters_are_numbered_in_the_order_of_unicode(tmp_path):
    path = text(tmp_path, "banana bandana\n" * 20)
    prepared = prepare(data(path, window=4), tmp_path)
    assert prepared.preprocessing["vocabulary"] == {"tokens": ["\n", " ", "a", "b", "d", "n"]}
    assert prepared.fields["tokens"].classes == ("newline", "space", "a", "b", "d", "n")
    assert prepared.fields == fields(data(path, window=4), tmp_path)
    alphabet = prepared.preprocessing["vocabulary"]["tokens"]
    first = prepared.splits["train"]
    assert "".join(alphabet[n] for n in first["tokens"][0]) == "bana"
    assert "".join(alphabet[n] for n in first["next_tokens"][0]) == "anan"
    assert "".join(alphabet[n] for n in first["tokens"][1]) == "na b"
    assert prepared.stratified_by == ""


def test_bytes_are_their_own_numbers(tmp_path):
    path = text(tmp_path, bytes(range(256)) * 3)
    prepared = prepare(data(path, window=8, tokens="bytes"), tmp_path)
    assert prepared.splits["train"]["tokens"][0].tolist() == list(range(8))
    names = prepared.fields["tokens"].classes
    assert len(names) == len(set(names)) == 256
    assert (names[10], names[32], names[65], names[200]) == ("newline", "space", "A", "0xc8")


@given(
    st.integers(2, 60), st.integers(1, 12), st.integers(0, 12), st.sampled_from([0.0, 0.2, 0.34])
)
def test_no_window_of_a_part_answers_for_a_token_of_another(tokens, window, stride, share):
    if tokens <= window:
        return
    found = windows(np.arange(tokens, dtype=np.int64), ["x"] * tokens, window, stride, ())
    assert (found.arrays["next_tokens"] == found.arrays["tokens"] + 1).all()
    assert found.arrays["tokens"][0].tolist() == list(range(window))
    assert found.arrays["next_tokens"][-1][-1] < tokens
    count = len(found.arrays["tokens"])
    held = int(count * share)
    parts = in_order({"train": count - held - found.gap, "val": held}, found.gap)
    if held and count - held - found.gap > 0:
        trained = set(found.arrays["next_tokens"][parts["train"]].ravel())
        tested = set(found.arrays["next_tokens"][parts["val"]].ravel())
        assert not trained & tested
        # One window fewer left out would share an answer.
        closer = found.arrays["next_tokens"][parts["train"][-1] + 1]
        assert not found.gap or set(closer) & tested


@given(st.integers(1, 40), st.integers(0, 20), st.integers(0, 20), st.integers(0, 5))
def test_parts_in_order_follow_each_other_with_a_gap(train, val, test, gap):
    found = in_order({"train": train, "val": val, "test": test}, gap)
    assert [len(part) for part in found.values()] == [train, val, test]
    there = [part for part in found.values() if len(part)]
    for one, other in pairwise(there):
        assert other[0] - one[-1] == gap + 1
    assert all((np.diff(part) == 1).all() for part in there)


def test_parts_are_said_to_be_in_order(tmp_path):
    path = text(tmp_path, "to be or not to be " * 40)
    prepared = prepare(data(path, window=8, stride=2), tmp_path)
    assert prepared.notes[1:] == (
        "The samples are in order: the first are trained on, the last are the test split.",
        "3 samples are left out at each border, since they overlap the next part.",
    )
    train, val, test = (prepared.indices[part] for part in ("train", "val", "test"))
    assert train[-1] + 4 == val[0]
    assert val[-1] + 4 == test[0]
    again = prepare(data(path, window=8, stride=2), tmp_path)
    assert again.fingerprint == prepared.fingerprint
    text(tmp_path, "to be or not to do " * 40)
    assert prepare(data(path, window=8, stride=2), tmp_path).fingerprint != prepared.fingerprint


def test_pythons_own_source_is_there_without_a_file():
    prepared = prepare(
        {"source": "python_stdlib", "params": {"characters": 20_000, "window": 32}}, HERE
    )
    assert sum(prepared.sizes.values()) == (20_000 - 1) // 32
    assert "standard library, 20,000 characters" in prepared.notes[0]
    alphabet = prepared.preprocessing["vocabulary"]["tokens"]
    said = "".join(alphabet[n] for n in prepared.splits["train"]["tokens"].ravel())
    assert "from __future__" in said


def test_a_text_is_known_without_numpy(tmp_path):
    text(tmp_path, "abc" * 100)
    program = (
        "import sys; from pathlib import Path; from netbuilder.data.prepare import fields\n"
        f"fields({{'source': 'text', 'params': {{'path': 'poem.txt'}}}}, Path({str(tmp_path)!r}))\n"
        "fields({'source': 'python_stdlib'}, Path())\n"
        "print([m for m in ('numpy', 'sklearn', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_names_of_tokens_can_be_read():
    shown = [token_name(one) for one in (" ", "a", "\x00", "é", "\n", "0xff")]
    assert shown == ["space", "a", "U+0000", "é", "newline", "0xff"]


@pytest.mark.parametrize(
    ("content", "params", "sentence"),
    [
        (b"", {}, "is empty, but text was expected"),
        (
            "short",
            {"window": 5},
            "the text has 5 tokens, but a window of 5 and the token after it take 6; make window smaller",
        ),
        (
            b"caf\xe9 au lait" * 30,
            {},
            "is not text in UTF-8: byte 4 is 0xe9; save it as UTF-8, or set tokens to bytes",
        ),
    ],
)
def test_a_text_that_cannot_be_cut_is_told(tmp_path, content, params, sentence):
    path = text(tmp_path, content)
    with pytest.raises(DataError) as caught:
        prepare(data(path, **params), tmp_path)
    assert sentence in str(caught.value)


def test_a_file_that_is_not_there_is_told_before_samples_are_wanted(tmp_path):
    for tokens in ("characters", "bytes"):
        with pytest.raises(DataError, match=r"nothing\.txt does not exist"):
            fields(data(Path("nothing.txt"), tokens=tokens), tmp_path)


def test_windows_that_would_fill_the_memory_are_refused_with_a_stride_that_fits(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(cutting, "MOST_BYTES", 100_000)
    path = text(tmp_path, "abcdefgh" * 500)
    with pytest.raises(DataError) as caught:
        prepare(data(path, window=50, stride=1), tmp_path)
    said = str(caught.value)
    assert said.startswith("3,950 windows of 50 tokens at a stride of 1 take 0.0 GB")
    least = int(said.rsplit(" of ", 1)[1].split()[0])
    prepare(data(path, window=50, stride=least), tmp_path)


def test_an_order_that_leaves_nothing_to_train_on_is_told(tmp_path):
    path = text(tmp_path, "abcdefgh" * 6)
    with pytest.raises(DataError, match="samples in order, of which 39 are left out at each of 2"):
        prepare(data(path, window=40, stride=1), tmp_path)


def test_every_source_in_order_is_of_the_kind_that_a_language_model_takes():
    for name in ("text", "python_stdlib"):
        assert sources()[name].task == "classification"


BEFORE = "d13008831bf720c4b6d5762178efc09ad270af0073e0360b0c26cb9a3425b082"
WORDS = "the cat sat on the mat, and the café café was shut — the cat slept.\n"


def test_pieces_of_words_are_learnt_and_make_the_text_again(tmp_path):
    path = text(tmp_path, WORDS * 200)
    settings = data(path, tokens="bpe", vocabulary=280, window=8)
    prepared = prepare(settings, tmp_path)
    assert prepared.fields == fields(settings, tmp_path)
    names = prepared.preprocessing["vocabulary"]["tokens"]
    assert len(names) == 280
    assert len(set(names)) == 280
    assert {" the", " cat", "<c3>"} <= set(names)
    said = "".join(names[n] for n in prepared.splits["train"]["tokens"].ravel())
    assert (WORDS * 200).startswith(said.replace("<e2 80><94>", "\N{EM DASH}"))
    assert prepared.notes[0] == (
        f"280 tokens were learnt from the first {len(WORDS) * 100:,} of {len(WORDS) * 200:,} characters."
    )
    tokenizer = prepared.preprocessing["tokenizer"]["tokens"]
    again = bpe.encode(tokenizer, WORDS)
    assert len(again) < len(WORDS) / 2
    oracle = Tokenizer.from_str(tokenizer)
    assert oracle.encode(WORDS).ids == again.tolist()
    assert oracle.decode(again.tolist()) == WORDS


def test_what_is_learnt_is_the_same_in_another_process(tmp_path):
    text(tmp_path, WORDS * 50)
    program = (
        "from pathlib import Path; from netbuilder.data.prepare import prepare; import sys\n"
        "data = {'source': 'text', 'params': {'path': 'poem.txt', 'tokens': 'bpe', 'window': 8}}\n"
        f"print(prepare(data, Path({str(tmp_path)!r})).fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    here = prepare(data(Path("poem.txt"), tokens="bpe", window=8), tmp_path)
    assert done.stdout.strip() == here.fingerprint


def test_what_comes_late_in_a_text_teaches_nothing(tmp_path):
    text(tmp_path, WORDS * 50 + "zyzzyva " * 400)
    names = fields(data(Path("poem.txt"), tokens="bpe", learn_from=0.4), tmp_path)["tokens"].classes
    assert not any("zy" in name for name in names)


def test_long_texts_are_taken_in_pieces_that_join(monkeypatch):
    content = WORDS * 40
    tokenizer = bpe.learn(content, 300)
    monkeypatch.setattr(bpe, "_PIECE", 100)
    names = bpe.vocabulary(tokenizer)
    assert "".join(names[n] for n in bpe.encode(tokenizer, content)) == content
    assert bpe.encode(tokenizer, "").tolist() == []


def test_without_the_package_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    text(tmp_path, WORDS)
    with pytest.raises(DataError, match=r'install it with: pip install "netbuilder\[text\]"'):
        fields(data(Path("poem.txt"), tokens="bpe"), tmp_path)


def test_settings_of_learnt_tokens_change_nothing_for_other_tokens(tmp_path):
    """Runs that were made before there were learnt tokens keep their fingerprint."""
    text(tmp_path, WORDS * 20)
    found = prepare(data(Path("poem.txt"), window=8), tmp_path)
    assert found.fingerprint == BEFORE
    assert "tokenizer" not in found.preprocessing
