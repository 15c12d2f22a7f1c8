"""Run the test cells and reach the verdicts: the examiner process."""
