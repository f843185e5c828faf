"""What a project registers, and what passes between its code and pbdb."""
