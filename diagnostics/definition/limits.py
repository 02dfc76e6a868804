"""How large a questionnaire may be. The parser, the JSON Schema and the editor read the same figures."""

MAX_DIMENSIONS = 40
MAX_QUESTIONS = 120
MAX_QUESTIONS_IN_ALL = 600
MAX_CHOICES = 60
MAX_COLUMNS = 8
MAX_LEVELS = 10
MAX_MEASURES = 400
MAX_WEIGHT = 1_000
MAX_VERSION = 10_000
MAX_MINUTES = 600
MAX_COST = 100_000_000
MAX_LANGUAGES = 8
MAX_DECIMALS = 4
MAX_NESTING = 4
MAX_FILES = 5
"""How many files an answer may carry: beyond, nobody reads them."""
LEAST_STEP, MOST_STEP = -10, 20

NAME = 80
TITLE = 200
LABEL = 300
SENTENCE = 600
PARAGRAPH = 4_000
UNIT = 60
