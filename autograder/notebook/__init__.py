"""Work with the cells of notebooks: metadata, source code, names, outputs, serialization."""
