"""Read and build the instructor's material: assignments and known answers."""
