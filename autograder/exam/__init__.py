"""Run the exam of one submission: an exam notebook in, verdicts out."""
