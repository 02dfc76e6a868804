"""What is asked of services outside the application."""
