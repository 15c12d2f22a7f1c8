"""Where a kernel runs: forked warm, in a sandbox, within limits. It knows no notebook."""
