"""Reads about the whole programme, one file per matter. Figures come from the apps that own them."""
