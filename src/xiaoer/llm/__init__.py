"""Models that are not the house's own: of an endpoint, or of a folder. Nothing here is needed to answer."""
