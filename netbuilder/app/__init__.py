"""What the command line and an editor do alike: load, check, train, evaluate, export."""
