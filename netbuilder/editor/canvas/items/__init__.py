"""What lies in the scene: one item a node, one for all wires."""
