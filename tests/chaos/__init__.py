"""Runners, connections and servers that die while playbooks run, and a count of what went wrong."""
