"""Questionnaires, diagnostics of companies, results and action plans."""
