"""Write the feedback page of each student."""
