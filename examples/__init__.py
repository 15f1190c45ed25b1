"""Example networks that ship with the program; installed as ``netbuilder_examples``."""
