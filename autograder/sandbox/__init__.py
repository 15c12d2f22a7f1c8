"""Start processes in a sandbox, within limits. This package knows no notebook."""
