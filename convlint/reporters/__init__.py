"""Reporters turn a report into text; they decide nothing and know no files."""
