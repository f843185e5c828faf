"""The process that claims steps, runs them and reports what became of them."""
