"""Statistical secrecy: pure arithmetic on tables."""
