"""A released table as bytes, one format a module, all from one representation."""
