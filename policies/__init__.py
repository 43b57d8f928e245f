"""Secrecy rules and agreements: dated data with citations, and a small reader that can always say why."""
