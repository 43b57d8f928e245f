"""Conventions of others, so that tools that are in use read the tables unchanged: PxWeb, OGC, DCAT, feeds, webhooks."""
