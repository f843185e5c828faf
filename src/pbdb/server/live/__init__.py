"""What becomes of executions, as it happens: one poller a process, a stream a watcher."""
