"""Articles of the shop, found by a customer's own words."""
