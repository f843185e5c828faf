"""What stands between a step and the world: the egress filter, the sandbox, the secrets."""
