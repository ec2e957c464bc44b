"""What to do next: the router, the local mind, what it remembers."""
