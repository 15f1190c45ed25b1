"""What is imported when: a program that only shows reports waits for nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["onnx", "python", "trained", "report", "subject", "scripts", "readme", "sampling"]
)
def test_importing_the_exports_costs_no_torch(module):
    code = (
        f"import sys, netbuilder.exchange.{module};"
        "heavy = {'torch', 'numpy', 'onnx', 'onnxruntime', 'sklearn', 'safetensors'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
