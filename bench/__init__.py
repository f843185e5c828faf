"""Measurements: pbdb against the least durable work that could do the same, and against peers."""
