"""Push: what a delivery must be, and the way it takes into the vault."""
