"""Pages of the observatory: public, and for the office."""
