"""One sample through a trained network: what comes in, what it says, what every node gives."""
