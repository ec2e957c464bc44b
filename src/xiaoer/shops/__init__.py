"""Connectors to order systems, each behind `domain.ports.Shop`."""
