"""Commands of companies."""
