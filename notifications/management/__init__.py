"""Management of messages."""
