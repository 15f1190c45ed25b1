"""The exact text of every diagnostic, and what its fixes do."""

from __future__ import annotations

from pathlib import Path

import pytest
from advice_cases import ADVICE, FINE
from diagnostic_cases import CASES as MISTAKES
from diagnostic_cases import Case
from shape_cases import SHAPES
from sharing_cases import SHARING

from netbuilder.check.checker import check
from netbuilder.check.codes import AREAS, CODES, explain
from netbuilder.check.diagnostics import Diagnostic

CASES = {**MISTAKES, **SHAPES, **ADVICE, **SHARING}
GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics" / "all.txt"
# Codes that the check itself yields: what is wrong with a network, its data or its packs.
CHECKED = {code for code in CODES if code[2] in "12345"} | {"NB702", "NB703"}
# A rule that no network can reach through the check: a group's input gets its type from the instance.
UNREACHABLE = {"NB214"}
# Found where the data are opened, above the check: the check gets fields, or none.
FOUND_ABOVE = {"NB407", *(f"NB{number}" for number in range(411, 423))}


def told(case: Case) -> tuple[Diagnostic, ...]:
    return check(case.network, case.catalogue, case.fields).diagnostics


def rendered(found: tuple[Diagnostic, ...]) -> str:
    lines = []
    for d in found:
        lines.append(f"{str(d.where) or '-'}: {d.severity} {d.code}: {d.message}")
        if d.where.group:
            lines.append(f"    in the group {d.where.group}")
        if d.related:
            lines.append(f"    related: {', '.join(map(str, d.related))}")
        if d.hint:
            lines.append(f"    hint: {d.hint}")
        lines += [f"    fix: {fix.title}" for fix in d.fixes]
    return "\n".join(lines)


def test_texts_are_as_written_down(update_golden: bool) -> None:
    """Every sentence is a promise to people and to scripts; a change is a visible difference."""
    text = "\n\n".join(f"== {name}\n{rendered(told(case))}" for name, case in CASES.items()) + "\n"
    if update_golden:
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_case_shows_the_codes_it_is_named_after(name: str) -> None:
    wanted = {word for word in name.split() if word.startswith("NB")}
    assert wanted <= {d.code for d in told(CASES[name])}


def test_every_code_has_a_case() -> None:
    shown = {d.code for case in CASES.values() for d in told(case)}
    assert shown == CHECKED - UNREACHABLE - FOUND_ABOVE


@pytest.mark.parametrize("name", CASES)
def test_every_fix_removes_its_diagnostic(name: str) -> None:
    case = CASES[name]
    for found in told(case):
        for fix in found.fixes:
            mended = check(fix.edit(case.network), case.catalogue, case.fields)
            left = {(d.code, str(d.where), d.message) for d in mended.diagnostics}
            assert (found.code, str(found.where), found.message) not in left, fix.title
            same_place = [d for d in mended.diagnostics if d.where == found.where]
            assert found.code not in {d.code for d in same_place}, fix.title


@pytest.mark.parametrize("name", CASES)
def test_fixes_leave_the_network_they_mend_alone(name: str) -> None:
    case = CASES[name]
    before = repr(case.network)
    for found in told(case):
        for fix in found.fixes:
            fix.edit(case.network)
    assert repr(case.network) == before


@pytest.mark.parametrize("name", CASES)
def test_sentences_keep_the_house_rules(name: str) -> None:
    for found in told(CASES[name]):
        text = found.message
        assert text
        assert "\n" not in text
        assert text[-1] not in ".!"
        assert "invalid" not in text.lower()
        assert found.severity in ("error", "warning", "info")


def test_the_table_explains_every_code() -> None:
    assert list(CODES) == sorted(CODES)
    for code in CODES.values():
        assert code.area == AREAS[code.code[2]]
        assert len(code.text) > 60
        assert code.text.endswith(".")
        assert code.title
        assert code.title[-1] != "."
    assert explain(" nb202 ") is CODES["NB202"]
    assert explain("NB999") is None


def test_advice_names_where_its_reason_can_be_read_up() -> None:
    advised = {word for name in ADVICE for word in name.split() if word.startswith("NB")}
    for code in advised:
        assert len(CODES[code].source) > 10, code


@pytest.mark.parametrize("name", FINE)
def test_what_people_do_on_purpose_is_left_alone(name: str) -> None:
    assert told(FINE[name]) == ()


def test_enough_broken_shapes_have_a_fix_that_is_proven() -> None:
    """Each of these is checked by ``test_every_fix_removes_its_diagnostic``."""
    shapes = [
        name
        for name, case in CASES.items()
        if any(d.code[2] == "2" and d.severity == "error" and d.fixes for d in told(case))
    ]
    assert len(shapes) >= 40
