"""The verbs: each takes a recorder or a store, returns values, and prints nothing."""
