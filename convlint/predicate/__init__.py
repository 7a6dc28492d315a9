"""Predicates: conditions over facts, written on rule pages."""
