"""Plug into other tools: papermill and nbgrader."""

# papermill loads our engine at the end of its own import. If it were imported only by the module
# of the engine, that module would be half imported when papermill asks it for the engine.
import papermill.engines as _papermill_engines  # noqa: F401
