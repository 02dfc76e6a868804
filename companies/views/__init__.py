"""Pages of companies, one module per matter."""
