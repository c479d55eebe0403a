"""Triage records what was done as it happens and renders every document from that record."""

__version__ = "0.1.0"
