"""Exported projects: they train, bit for bit, as the run did, and need nothing of this program."""

from __future__ import annotations

import ast
import csv
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
import torch
from exchange.handwritten import simple, tokens
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from training_runs import DATA, LOSSES, MLP, make_run, tied
from training_runs import source as run_source

from netbuilder.codegen.source import Loss
from netbuilder.exchange.python import Training, export_python
from netbuilder.exchange.report import ExportError
from netbuilder.exchange.scripts import train_script
from netbuilder.exchange.subject import Subject
from netbuilder.exchange.trained import subject_of_run, training_of_run
from netbuilder.training import augmentation
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.recipe import Recipe
from netbuilder.training.records import read_records
from netbuilder.training.run import RunError

TWO_LOSSES = LOSSES.replace(
    'return {"loss_1": loss_1}, {"loss_1": (logits, label)}',
    "loss_2 = F.mse_loss(logits[:, 0], label.float())\n"
    '        return {"loss_1": loss_1, "loss_2": 0.5 * loss_2}, '
    '{"loss_1": (logits, label), "loss_2": (logits[:, 0], label.float())}',
)
ALLOWED = {
    *("argparse", "csv", "math", "os", "pathlib"),
    *("torch", "safetensors", "metrics", "model", "train"),
}


def two_losses():
    made = run_source(MLP + TWO_LOSSES)
    second = Loss("loss_2", "mse", "regression", 0.5, ("N",), "", "label")
    return dataclasses.replace(made, losses=(*made.losses, second))


MLP_DEEP = run_source(
    """        self.linear_1 = nn.Linear(64, 32)
        self.linear_2 = nn.Linear(32, 48)
        self.norm_1 = nn.LayerNorm(48)
        self.head = nn.Linear(48, 3)

    def forward(self, point):
        x = F.relu(self.linear_1(point))
        return self.head(self.norm_1(F.relu(self.linear_2(x))))
"""
)


def python(folder, *arguments):
    """Run a script as a user would, where this program is not installed."""
    code = (
        "import runpy, sys; sys.modules['netbuilder'] = None; sys.path.insert(0, '.');"
        " sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def logged(path):
    with path.open(newline="") as file:
        head, *rows = csv.reader(file)
    return head, [[float(value) for value in row] for row in rows]


RECIPES = {
    "adam": ("mlp", {}),
    "everything": (
        "cnn",
        {
            "optimizer": "sgd",
            "momentum": 0.9,
            "nesterov": True,
            "weight_decay": 0.01,
            "learning_rate": 0.05,
            "schedule": "cosine",
            "warmup_steps": 5,
            "min_learning_rate": 0.001,
            "accumulate": 3,
            "clip_norm": 0.5,
            "drop_last": True,
            "patience": 4,
            "metric": "auroc",
            "min_delta": 0.001,
            "epochs": 8,
            "seed": 5,
        },
    ),
    "factors": (
        tied(),
        {"schedule": "cosine", "warmup_steps": 3, "clip_norm": 0.5, "learning_rate": 0.01},
    ),
    "factors without a schedule": (tied(), {"optimizer": "sgd", "momentum": 0.5}),
    "rmsprop": (
        "mlp",
        {
            "optimizer": "rmsprop",
            "momentum": 0.5,
            "weight_decay": 0.01,
            "decay_biases": False,
            "schedule": "one_cycle",
            "l1": 0.001,
            "gradient_noise": 0.01,
            "clip_value": 0.2,
            "ema_decay": 0.9,
            "validate_every": 3,
        },
    ),
    "radam": (
        tied(),
        {
            "optimizer": "radam",
            "weight_decay": 0.1,
            "decay_biases": False,
            "schedule": "cosine_restarts",
            "restart_epochs": 1,
            "restart_factor": 2,
            "warmup_steps": 4,
            "ema_decay": 0.8,
        },
    ),
    "plateau": (
        "mlp",
        {
            "schedule": "reduce_on_plateau",
            "plateau_patience": 0,
            "plateau_threshold": 0.4,
            "gamma": 0.3,
            "min_learning_rate": 0.0001,
            "warmup_steps": 3,
            "metric": "accuracy",
            "sampling": "balanced",
            "drop_last": True,
        },
    ),
    "plateau of averages": (
        tied(),
        {
            "schedule": "reduce_on_plateau",
            "plateau_patience": 0,
            "plateau_threshold": 0.6,
            "ema_decay": 0.5,
        },
    ),
    "weighted": ("mlp", {"sampling": "weighted", "weight_column": "label", "clip_value": 0.1}),
    "muon": (
        MLP_DEEP,
        {"optimizer": "muon", "weight_decay": 0.1, "decay_biases": False, "schedule": "cosine"}
        | {"clip_norm": 1.0, "ema_decay": 0.5},
    ),
    "muon without a schedule": ("lstm", {"optimizer": "muon", "l1": 0.001}),
    "lbfgs": (
        "mlp",
        {"optimizer": "lbfgs", "learning_rate": 0.5, "accumulate": 2, "schedule": "cosine"}
        | {"max_iter": 4, "swa_start": 3, "seed": 2},
    ),
    "lbfgs without a search": (
        "cnn",
        {"optimizer": "lbfgs", "line_search": "none", "batch_size": 30, "max_iter": 3}
        | {"history_size": 3, "ema_decay": 0.5, "learning_rate": 0.1},
    ),
    "averages of epochs": (
        "cnn",
        {
            "swa_start": 2,
            "swa_learning_rate": 0.02,
            "swa_anneal": 2,
            "metric": "accuracy",
            "validate_every": 2,
            "patience": 2,
            "epochs": 6,
        },
    ),
    "averages at another rate": (
        tied(),
        {"schedule": "step", "step_size": 1, "swa_start": 3, "swa_learning_rate": 0.01}
        | {"swa_anneal": 0, "sampling": "balanced", "precision": "bf16", "warmup_steps": 2},
    ),
    "phases": (
        "cnn",
        {
            "phases": [
                {"epochs": 2, "frozen": ["conv_1", "norm_1", "conv_2"], "learning_rate": 3.0},
                {"epochs": 1, "frozen": ["head", "norm_1"]},
                {"epochs": 1, "learning_rate": 0.1},
            ],
            "epochs": 5,
            "optimizer": "sgd",
            "momentum": 0.9,
            "weight_decay": 0.01,
            "clip_norm": 0.5,
            "gradient_noise": 0.01,
        },
    ),
    "phases of averages": (
        "cnn",
        {
            "phases": [{"epochs": 3, "frozen": ["norm_1"], "learning_rate": 0.3}],
            "epochs": 4,
            "swa_start": 2,
            "accumulate": 2,
            "decay_biases": False,
            "weight_decay": 0.1,
            "schedule": "reduce_on_plateau",
        },
    ),
    "compiled": ("mlp", {"compile": True, "epochs": 2, "drop_last": True, "ema_decay": 0.5}),
    "channels last": (
        "cnn",
        {"channels_last": True, "accumulate": 2, "optimizer": "adamw", "weight_decay": 0.1},
    ),
    "fp16": (
        "cnn",
        {"precision": "fp16", "optimizer": "sgd", "momentum": 0.5, "clip_norm": 0.5}
        | {"gradient_noise": 0.01},
    ),
    "fp16 accumulated": (
        "mlp",
        {"precision": "fp16", "accumulate": 2, "optimizer": "nadam", "swa_start": 2},
    ),
    "two losses": (
        two_losses(),
        {
            "optimizer": "adamw",
            "weight_decay": 0.1,
            "precision": "bf16",
            "schedule": "step",
            "step_size": 2,
            "gamma": 0.3,
            "shuffle": False,
            "metric": "loss_2",
        },
    ),
}


AUGMENTED = {**DATA, "augment": {"gaussian_noise": 0.2, "erase": 0.5, "rotate": 20.0, "mixup": 0.5}}


@pytest.mark.parametrize("name", [*RECIPES, "augmented", "from other weights"])
def test_the_project_trains_as_the_run_did_bit_for_bit(tmp_path, train, name):
    body, recipe = RECIPES.get(name, ("cnn", {"accumulate": 2, "epochs": 5}))
    made = None if isinstance(body, str) else body
    data = AUGMENTED if name == "augmented" else DATA
    if made is not None:
        # Without a validation split, the epoch's own losses name the best one.
        data = {**DATA, "split": {"train": 0.8, "val": 0.0, "test": 0.2}}
    run = make_run(
        tmp_path / "run", body if made is None else "mlp", made=made, data=data, **recipe
    )
    if name == "from other weights":
        first = make_run(tmp_path / "first", body, seed=7, epochs=1)
        train(first)
        given = load_file(first.best_weights())
        given.popitem()  # something is new
        save_file(given, run.initial_weights)
    train(run)
    folder = tmp_path / "project"
    report = export_python(subject_of_run(run), folder, training_of_run(run))
    assert report.ok
    assert report.max_abs_diff == 0

    out = python(folder, "train.py", "--log", "losses.csv", "--out", "again.safetensors")
    assert "does not work here" not in out
    head, rows = logged(folder / "losses.csv")
    steps = [record for record in read_records(run.records) if record.kind == "step"]
    assert len(steps) >= 20
    assert head[3:] == list(steps[0].losses)
    assert rows == [[r.step, r.epoch, r.loss, *r.losses.values()] for r in steps]
    again, best = load_file(folder / "again.safetensors"), load_file(run.best_weights())
    assert again.keys() == best.keys()
    assert all(torch.equal(again[key], best[key]) for key in best)


@pytest.fixture(scope="module")
def run(tmp_path_factory, train):
    """A run of three classes, trained."""
    made = make_run(tmp_path_factory.mktemp("runs") / "run", epochs=3)
    train(made)
    return made


@pytest.fixture(scope="module")
def project(run, tmp_path_factory):
    """Its project."""
    folder = tmp_path_factory.mktemp("project") / "deep" / "project"
    subject = dataclasses.replace(
        subject_of_run(run), title="A [link](x) `code`", description="One.\n\n# Not a heading"
    )
    export_python(subject, folder, training_of_run(run))
    return folder


def test_what_a_project_holds(run, project):
    assert sorted(path.name for path in project.iterdir()) == [
        "README.md",
        "data.safetensors",
        "metrics.py",
        "model.py",
        "predict.py",
        "preprocessing.json",
        "requirements.txt",
        "train.py",
        "weights.safetensors",
    ]
    assert (project / "model.py").read_text() == run.source().text
    data = load_file(project / "data.safetensors")
    assert {key: tuple(value.shape) for key, value in data.items()} == {
        "train.point": (180, 64),
        "train.label": (180,),
        "val.point": (60, 64),
        "val.label": (60,),
        "test.point": (60, 64),
        "test.label": (60,),
    }
    assert data["train.label"].dtype == torch.int64
    facts = json.loads((project / "preprocessing.json").read_text())
    assert facts["inputs"] == [
        {"name": "point", "field": "point", "shape": [64], "dtype": "float32"}
    ]
    assert facts["data_fingerprint"] == run.data()["fingerprint"]
    assert re.fullmatch("[0-9a-f]{64}", facts["semantic_hash"])
    assert re.fullmatch(
        r"torch==[\d.]+\nnumpy==[\d.]+\nsafetensors==[\d.]+\n",
        (project / "requirements.txt").read_text(),
    )


def test_the_first_steps_alone_keep_the_schedule(run, project):
    out = python(
        project, "train.py", "--steps", "20", "--log", "first.csv", "--out", "first.safetensors"
    )
    assert "first.safetensors" in out
    _, rows = logged(project / "first.csv")
    steps = [record for record in read_records(run.records) if record.kind == "step"]
    assert [row[2] for row in rows] == [record.loss for record in steps[:20]]
    (project / "first.csv").unlink()
    (project / "first.safetensors").unlink()


def test_predict_tells_what_evaluation_tells(run, project):
    line = python(project, "predict.py").strip()
    figures = dict(part.rsplit(" ", 1) for part in line.removeprefix("test: ").split(", "))
    told = evaluate_run(run, "test")
    assert float(figures["loss"]) == pytest.approx(told["loss"], rel=1e-3)
    for name in ("accuracy", "f1", "auroc"):
        assert float(figures[name]) == pytest.approx(told["metrics"][name], rel=1e-3)


def test_the_scripts_import_nothing_of_this_program(project):
    for path in project.glob("*.py"):
        tree = ast.parse(path.read_text())
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        found = {
            name.split(".")[0]
            for node in nodes
            for name in (
                [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            )
        }
        assert found <= ALLOWED, path.name


def ruff(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--isolated", "."],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


RULES = "E,W,F,I,UP,B,A,C4,SIM,RET,PIE,PTH,D,N,C90,PERF,FURB,ISC,RUF"


def test_scripts_are_clean_and_formatted_for_every_recipe(project, tmp_path):
    (tmp_path / "model.py").write_text('"""A network."""\n\n\nclass Net:\n    """A network."""\n')
    (tmp_path / "metrics.py").write_text((project / "metrics.py").read_text())
    (tmp_path / "predict.py").write_text((project / "predict.py").read_text())
    (tmp_path / "augmentation.py").write_text(pathlib.Path(augmentation.__file__).read_text())
    varied = [
        {"optimizer": "sgd"},
        {"optimizer": "sgd", "momentum": 0.9, "schedule": "step", "warmup_steps": 3},
        {"optimizer": "adamw", "warmup_steps": 10, "precision": "bf16"},
        {"accumulate": 2, "precision": "bf16", "clip_norm": 1.0, "patience": 3},
        {"schedule": "cosine", "shuffle": False, "drop_last": True, "metric": "accuracy"},
        {"optimizer": "adagrad", "schedule": "multi_step", "milestones": [2, 3], "l1": 0.1},
        {"optimizer": "adadelta", "schedule": "exponential", "gamma": 0.9, "clip_value": 1.0},
        {"optimizer": "adamax", "schedule": "linear", "gradient_noise": 0.1, "validate_every": 2},
        {"ema_decay": 0.99, "patience": 2, "accumulate": 2},
        {"optimizer": "nadam", "schedule": "polynomial", "warmup_steps": 5},
        *(recipe for _, recipe in RECIPES.values()),
    ]
    long = dataclasses.replace(run_source("mlp"), class_name="Wide" * 16)
    wide = dataclasses.replace(
        long,
        losses=tuple(dataclasses.replace(long.losses[0], name=f"loss_{i}" * 4) for i in range(9)),
    )
    number = 0
    for made in (run_source("mlp"), two_losses(), long, wide):
        for recipe in varied:
            for validation in (True, False):
                text = train_script(
                    made,
                    Recipe.from_plain(recipe),
                    threads=1,
                    validation=validation,
                    augment={"gaussian_noise": 0.1} if number % 3 else {},
                    initial=number % 2 == 0,
                )
                number += 1
                (tmp_path / f"train_{number}.py").write_text(text)
    (tmp_path / "train.py").write_text(text)
    ruff(tmp_path, "format", "--check")
    ruff(
        tmp_path,
        "check",
        "--select",
        RULES,
        "--ignore",
        "D107,D203,D213,D101,D211",
        "--config",
        "lint.pydocstyle.convention='google'",
    )


@given(text=st.text(max_size=60), name=st.from_regex(r"[a-z][a-z_0-9]{0,90}", fullmatch=True))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_texts_of_a_document_stay_constants(text, name):
    """The only free text in a script is the metric; names are checked ones."""
    made = dataclasses.replace(
        run_source("mlp"), losses=(Loss(name, "mse", "regression", 1.0, ("N",), "", ""),)
    )
    recipe = Recipe({"metric": text})
    tree = ast.parse(train_script(made, recipe, threads=0, validation=True))
    plain = ast.parse(train_script(made, Recipe(), threads=0, validation=True))
    values = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(values["METRIC"]) == text
    assert ast.literal_eval(values["TASKS"]) == {name: "regression"}
    if recipe.smaller_is_better:
        values["METRIC"].value = "loss"
        assert ast.dump(tree) == ast.dump(plain)


def test_the_readme_shows_texts_as_texts(project):
    text = (project / "README.md").read_text()
    assert text.startswith("# A \\[link\\](x) \\`code\\`\n")
    assert "\n\\# Not a heading\n" in text
    assert "predict.py" in text
    block = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    (project / "usage.py").write_text(f"{block}print(tuple(logits.shape))\n")
    assert python(project, "usage.py") == "(1, 3)\n"
    (project / "usage.py").unlink()


def test_an_earlier_export_is_replaced_and_other_folders_are_left_alone(tmp_path):
    subject = Subject(simple("return self.linear_1(x)"))
    folder = tmp_path / "project"
    first = export_python(subject, folder)
    assert {path.name for path in first.files} == {
        "README.md",
        "model.py",
        "preprocessing.json",
        "requirements.txt",
    }
    (folder / "notes.txt").write_text("mine")
    changed = Subject(simple("return self.linear_1(x) + 1"))
    assert export_python(changed, folder).ok
    assert "+ 1" in (folder / "model.py").read_text()
    assert (folder / "notes.txt").read_text() == "mine"

    other = tmp_path / "other"
    other.mkdir()
    (other / "train.py").write_text("mine")
    with pytest.raises(ExportError, match="holds files that no export wrote"):
        export_python(subject, other)
    assert (other / "train.py").read_text() == "mine"
    with pytest.raises(ExportError, match="is a file"):
        export_python(subject, folder / "notes.txt")


def test_model_py_alone(tmp_path):
    source = tokens()
    path = tmp_path / "net.py"
    report = export_python(Subject(source), path)
    assert report.files == (path,)
    assert path.read_text() == source.text
    assert [p.name for p in tmp_path.iterdir()] == ["net.py"]
    assert report.batch_sizes == (1, 4, 7)
    assert json.loads(json.dumps(report.to_plain()))["ok"] is True
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(ExportError, match="is a folder"):
        export_python(Subject(source), tmp_path / "folder.py")


def test_what_differs_in_a_fresh_interpreter_is_not_written(tmp_path):
    source = simple("return self.linear_1(x) * SCALE")
    text = source.text.replace(
        "\n\n\nclass",
        '\n\nSCALE = 1 if __import__("sys").modules.get("netbuilder") else 2\n\n\nclass',
    )
    report = export_python(Subject(dataclasses.replace(source, text=text)), tmp_path / "project")
    assert not report.ok
    assert report.files == ()
    assert "output result differs" in report.problem()
    assert list(tmp_path.iterdir()) == []
    needs = text.replace("import torch\n", "import netbuilder.graph.model\nimport torch\n", 1)
    with pytest.raises(ExportError, match=r"fails in a fresh interpreter: .*netbuilder"):
        export_python(Subject(dataclasses.replace(source, text=needs)), tmp_path / "project")
    assert list(tmp_path.iterdir()) == []


def test_runs_that_cannot_be_exported(tmp_path, run):
    with pytest.raises(RunError, match="holds no training run"):
        subject_of_run(type(run)(tmp_path))
    fresh = make_run(tmp_path / "fresh")
    with pytest.raises(RunError, match="no checkpoint yet"):
        subject_of_run(fresh)
    plain = {**fresh.data(), "fingerprint": "0" * 64}
    fresh.data_file.write_text(json.dumps(plain))
    with pytest.raises(ExportError, match="have changed since it was trained"):
        training_of_run(fresh)
    empty = Training(Recipe(), {"train": {}, "val": {}, "test": {}})
    with pytest.raises(ExportError, match="training split of the data is empty"):
        export_python(Subject(run.source()), tmp_path / "project", empty)
