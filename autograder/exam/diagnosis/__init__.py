"""Recognize known misconceptions by what student code returned."""
