"""Pages from the open web, without ever becoming a way into the house's own network."""
