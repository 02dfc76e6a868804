"""Companies: who takes part in a programme, with whom, and since when."""
