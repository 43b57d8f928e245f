"""The arithmetic of the signals, pure: what stands out in a table that its readers may see anyway."""
