"""From vault to shelf: what agreements grant, made safe once."""
