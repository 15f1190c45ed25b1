"""Exports: Python, ONNX; each verified against the trained module."""
