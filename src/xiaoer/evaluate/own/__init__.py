"""Errands made of a shop's own orders, played by customers of all kinds, judged by the shop afterwards."""
