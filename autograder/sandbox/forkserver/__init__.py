"""Fork processes from one that has imported the libraries already."""
