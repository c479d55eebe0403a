"""Real coding agents with a scripted model: `make real-agents` installs them, and runs what is here."""
