"""The doors: what stands between the network and the rooms below."""
