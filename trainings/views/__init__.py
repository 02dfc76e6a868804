"""Pages of trainings: staff and trainers, companies, public catalogue."""
