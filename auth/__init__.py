"""Who is asking: principals, roles, tokens and the secrets behind them."""
