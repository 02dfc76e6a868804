"""Tests of the companies app."""
