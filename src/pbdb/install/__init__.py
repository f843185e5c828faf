"""Putting pbdb into a database, checking what is there, and a server to have one."""
