"""Defects for every rule that is on by default, put into clean architectures.

``python -m tests.mutations`` prints how many of them are reported.
"""
