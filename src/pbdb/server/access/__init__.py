"""Who asks: bearer tokens, and what they are allowed."""
