"""Read the instructor's material: assignments and known answers."""
