"""How good a trained network is, as the editor shows it."""
