"""What went wrong: the line of an output that tells, and what makes two errors the same."""
