"""Networks and trained runs out to other programs: ONNX files and plain PyTorch projects."""
