"""The program that an agent calls for each command that it runs: `start` is waited for, `child` records."""
