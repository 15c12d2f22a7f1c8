"""Define what may pass between candidate and examiner."""
