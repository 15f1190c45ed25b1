"""Graph to readable PyTorch source, and that source to a module; the only way to a module."""
