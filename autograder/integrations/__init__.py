"""Plug into other tools: papermill and nbgrader."""
