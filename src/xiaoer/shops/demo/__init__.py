"""Moonhill, a shop to try things out with: an order system of its own behind the `Shop` port."""
