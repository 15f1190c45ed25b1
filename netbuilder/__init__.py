"""NetBuilder: draw a graph of layers, read the PyTorch it becomes, train it, export it."""
