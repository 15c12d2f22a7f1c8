"""A paper goes in, the same paper with outputs and verdicts comes out."""
