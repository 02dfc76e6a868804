"""Commands of questionnaires."""
