"""Define what a cell of a notebook is: roles, source code, names, serialization."""
