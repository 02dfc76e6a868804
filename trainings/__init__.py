"""Trainings: courses, sessions by half-day, enrolments, attendance."""
