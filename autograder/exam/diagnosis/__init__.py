"""Recognize known misconceptions in failed test cells."""
