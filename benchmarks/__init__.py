"""Measurements of convlint as whole processes; see README.md beside this file."""
