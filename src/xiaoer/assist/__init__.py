"""Help for the people at the desk: what has happened, what could be said, other words, another language."""
