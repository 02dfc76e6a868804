"""Pages of the programme itself, one module per subject."""
