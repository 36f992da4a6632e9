"""Research that is asked for now and begins later, once or again and again, in its asker's own time zone."""
