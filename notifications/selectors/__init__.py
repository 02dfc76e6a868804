"""Reads about messages, one module per matter."""
