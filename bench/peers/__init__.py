"""Other people's engines and queues, each doing the same chain of five no-ops."""
