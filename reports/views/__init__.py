"""Pages of reports, one file per matter."""
