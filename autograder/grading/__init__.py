"""Grade a class: find submissions, run exams, enter the grades."""
