"""The student's half of the course: checks, data, pictures, widgets. Knows no grading."""
