"""Define what candidate and examiner may send each other, and how."""
