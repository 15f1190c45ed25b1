"""A model card: what a trained network is for, what it learnt from, how good it is, what it cost, what is open.

What a run does not know, such as who may be harmed by a wrong answer, is left for a person to fill in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from netbuilder.exchange.card_evaluation import (
    current_report,
    figures,
    gaps,
    gaps_text,
    models,
    verdicts,
)
from netbuilder.exchange.place import program_version
from netbuilder.exchange.preparation import prepared_fields, steps_of
from netbuilder.exchange.readme import markdown
from netbuilder.exchange.report import ExportReport
from netbuilder.exchange.subject import Subject
from netbuilder.files.atomic import write_atomic
from netbuilder.training.run import RunFolder, read_json

Rows = tuple[tuple[str, str], ...]

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;"
    "color:#1c1e21;background:#fff}table{border-collapse:collapse}"
    "th{text-align:left;font-weight:600;padding:.2em 1.5em .2em 0;vertical-align:top}"
    "td{padding:.2em 0;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#e4e6e9;background:#1b1d20}}"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a card.

    Attributes:
        title: Its heading.
        rows: Facts with their names.
        text: Sentences below them; may be empty.
    """

    title: str
    rows: Rows = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What is said of a trained network.

    Attributes:
        title: The name of the network.
        sections: Its parts, in order.
    """

    title: str
    sections: tuple[Section, ...]


def write_cards(run: RunFolder, subject: Subject, report: ExportReport) -> tuple[Path, ...]:
    """Write the card of an export, as Markdown and as HTML: into a project, else beside the file.

    Args:
        run: What was exported.
        subject: The same as it was built.
        report: What the export wrote, and how it was verified.

    Raises:
        OSError: A file cannot be written.
        RunError: A file of the run cannot be read.
    """
    path = report.path
    stem = path / "MODEL_CARD" if path.is_dir() else path.with_name(f"{path.name}.card")
    card = card_of(run, subject, report)
    texts = {".md": to_markdown(card), ".html": to_html(card)}
    written = tuple(stem.with_name(stem.name + ending) for ending in texts)
    for file, text in zip(written, texts.values(), strict=True):
        write_atomic(file, text.encode("utf-8"))
    return written


def card_of(run: RunFolder, subject: Subject, report: ExportReport) -> Card:
    """Return the card of a run; what its files do not say is left out."""
    data = run.data()
    result = run.result() or {}
    environment = read_json(run.environment) if run.environment.exists() else {}
    evaluation = current_report(run)
    sections = (
        Section("Purpose", (), subject.description.strip() or "Nobody has said what it is for."),
        Section("Inputs and outputs", tuple(_signature(subject))),
        Section("Data", tuple(_data(data))),
        _prepared(subject, report),
        Section("Recipe", tuple((k, _plain(v)) for k, v in run.recipe().to_plain().items())),
        Section("Metrics", tuple(_metrics(result)), _verdict(result)),
        *(_evaluated(evaluation) if evaluation is not None else ()),
        Section("Cost", tuple(_cost(run, result, environment))),
        Section("Limits", (), _limits(result, evaluation is not None)),
        Section("Verification", tuple(_verified(subject, report))),
    )
    return Card(subject.name, sections)


def to_markdown(card: Card) -> str:
    """Return a card as Markdown; names and values of the document are never markup."""
    parts = [f"# {markdown(card.title)}"]
    for section in card.sections:
        parts.append(f"## {section.title}")
        if section.rows:
            parts.append("\n".join(f"- {markdown(k)}: {markdown(v)}" for k, v in section.rows))
        parts += [markdown(text) for text in section.text.split("\n\n") if text]
    return "\n\n".join(parts) + "\n"


def to_html(card: Card) -> str:
    """Return a card as one HTML page that loads nothing."""
    lines = [
        '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">',
        f"<title>{escape(card.title)}</title>\n<style>{_STYLE}</style>\n<h1>{escape(card.title)}</h1>",
    ]
    for section in card.sections:
        lines.append(f"<h2>{section.title}</h2>")
        if section.rows:
            rows = "\n".join(
                f"<tr><th>{escape(name)}<td>{escape(value)}" for name, value in section.rows
            )
            lines.append(f"<table>\n{rows}\n</table>")
        lines += [f"<p>{escape(text)}</p>" for text in section.text.split("\n\n") if text]
    return "\n".join(lines) + "\n</html>\n"


def _signature(subject: Subject) -> Iterator[tuple[str, str]]:
    for item in subject.source.inputs:
        shape = _shape(("N", *item.shape))
        yield f"input {item.name}", f"{shape}, {item.dtype}, from field {item.field}"
    classes = subject.preprocessing.get("classes", {})
    for result in subject.source.outputs:
        known = [str(name) for name in classes.get(result.classes_from, ())]
        scores = f", scores of the classes {', '.join(known[:20])}" if known else ""
        more = f" and {len(known) - 20} more" if len(known) > 20 else ""
        yield f"output {result.name}", f"{_shape(result.shape)}, {result.dtype}{scores}{more}"


def _shape(sizes: tuple[Any, ...]) -> str:
    return f"[{', '.join(map(str, sizes))}]"


def _data(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    settings = data.get("settings", {})
    yield "source", _plain(settings.get("source", ""))
    if settings.get("params"):
        yield "settings", _plain(settings["params"])
    sizes = data.get("sizes") or {}
    if sizes:
        yield "samples", ", ".join(f"{split} {count:,}" for split, count in sizes.items())
    if settings.get("split"):
        yield "split", _plain(settings["split"])
    if settings.get("augment"):
        yield "random changes in training", _plain(settings["augment"])
    if data.get("fingerprint"):
        yield "fingerprint", str(data["fingerprint"])
    yield from (("note", str(note)) for note in data.get("preprocessing", {}).get("notes", ()))


def _prepared(subject: Subject, report: ExportReport) -> Section:
    rows = tuple(_preprocessing(subject))
    text = _step(report) if rows else "The network takes the numbers of the data as they are."
    return Section("Preprocessing", rows, text)


def _preprocessing(subject: Subject) -> Iterator[tuple[str, str]]:
    known = subject.preprocessing
    for name in prepared_fields(known):
        for step, what in steps_of(name, known):
            yield f"{name}, {step}", what


def _step(report: ExportReport) -> str:
    where = {
        "onnx": "The same numbers stand in the file's metadata under preprocessing.",
        "python": "A project keeps the same numbers in preprocessing.json.",
    }
    within = where.get(report.format, "The same numbers lie in the file as preprocessing.json.")
    if report.path.suffix == ".py":
        within = "The file holds none of it."
    if report.prepares:
        return (
            "The file does all of this by itself: give it numbers as the data have them. The figures are "
            "those of the training samples alone, and stand in its metadata as well."
        )
    return (
        "The network takes prepared numbers: what is listed here is a step to take before it, with "
        f"figures of the training samples alone. {within}"
    )


def _metrics(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    best = result.get("best")
    if best:
        where = f"{best['on']} {best['metric']}"
        yield "best epoch", f"{best['epoch']}: {where} {_plain(best['value'])}"
    test = result.get("test")
    if test:
        yield "test loss", _plain(test["loss"])
        for name, value in test["metrics"].items():
            if not isinstance(value, list):
                yield f"test {name}", _plain(value)
    for loss, baseline in result.get("baseline", {}).items():
        yield f"baseline for {loss}", _plain(baseline)


def _verdict(result: Mapping[str, Any]) -> str:
    if not result.get("test"):
        return "No test split was measured, so nothing is known of unseen samples."
    if not result.get("baseline"):
        return "No simpler model was measured on the same split."
    return "Baselines are simpler models on the same split; a network that does not beat them is not needed."


def _evaluated(report: Mapping[str, Any]) -> Iterator[Section]:
    """What an evaluation on the test split adds, where one was made of these weights."""
    yield Section("Evaluation on the test split", tuple(figures(report)))
    yield Section("Groups of samples", tuple(gaps(report)), gaps_text(report))
    if report.get("baselines"):
        yield Section("Simpler models", tuple(models(report)), "\n\n".join(verdicts(report)))


def _cost(
    run: RunFolder, result: Mapping[str, Any], environment: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    weights = run.best_weights()
    if weights is not None and weights.is_file():
        yield "size of the weights", f"{weights.stat().st_size:,} bytes"
    events = run.event_list()
    if events and result.get("time"):
        yield (
            "from start to end",
            f"{max(0.0, result['time'] - events[0]['time']):.0f} s, pauses included",
        )
    if "step" in result:
        yield "steps", f"{result['step']:,} in {result.get('epoch', 0):,} epochs"
    for name in ("device", "device_name", "threads", "python"):
        if environment.get(name):
            yield name.replace("_", " "), str(environment[name])
    if environment.get("packages"):
        yield "packages", _plain(environment["packages"])


def _limits(result: Mapping[str, Any], is_evaluated: bool) -> str:
    text = "The figures hold for samples like those it was trained and tested on. "
    if is_evaluated:
        text += (
            "Groups that no column tells apart were not looked at, and neither was who may be harmed by a "
            "wrong answer: that is for a person to look into before it is used."
        )
    else:
        text += (
            "Gaps between groups of samples are not part of this card, and neither is who may be harmed by "
            "a wrong answer: both are for a person to look into before it is used."
        )
    if result.get("why") in ("finished", "early_stop"):
        return text
    how = result.get("sentence") or "it still goes on"
    return f"{text}\n\nThe training did not end as planned: {how}."


def _verified(subject: Subject, report: ExportReport) -> Iterator[tuple[str, str]]:
    yield "format", report.format
    yield "compared at batch sizes", ", ".join(map(str, report.batch_sizes))
    for one in report.outputs:
        yield (
            f"largest difference of {one.name}",
            f"{one.max_abs_diff:.3g} (at most {one.tolerance:.3g})",
        )
    if subject.semantic_hash:
        yield "network", subject.semantic_hash
    yield "made by", f"NetBuilder {program_version()}".strip()


def _plain(value: Any) -> str:
    """A value for people: numbers short, lists cut, mappings as pairs."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        shown = ", ".join(_plain(one) for one in value[:8])
        return f"{shown}, … ({len(value):,} in all)" if len(value) > 8 else shown or "none"
    return value if isinstance(value, str) else json.dumps(value)
