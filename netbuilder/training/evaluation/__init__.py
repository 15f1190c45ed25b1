"""How good a trained network is: figures, curves and the samples behind them, loss by loss."""
