"""Ready groups that ship with the program, a file each; installed as ``netbuilder_blocks``."""
