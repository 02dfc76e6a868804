"""Pages of money, for the office and for funders."""
