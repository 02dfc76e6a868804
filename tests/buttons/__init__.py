"""Every button that writes, by theme: what is pressed twice by ``tests/test_double_submission.py``."""
