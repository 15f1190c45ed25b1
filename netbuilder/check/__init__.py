"""Is this network sound? Topology, shapes, dtypes, parameters, cost; diagnostics with fixes."""
