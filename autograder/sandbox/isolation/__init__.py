"""Isolate a process: namespaces, file system, Landlock, seccomp."""
