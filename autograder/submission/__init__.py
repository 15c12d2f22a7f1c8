"""Turn an untrusted submitted file into an exam notebook."""
