"""The durability campaign: what was acknowledged is kept, whatever happens. `make durability` runs it at full size."""
