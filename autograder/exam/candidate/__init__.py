"""Run the student's code: the candidate process and its client."""
