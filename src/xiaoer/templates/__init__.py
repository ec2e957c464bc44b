"""The merchant's own words: written, tried on real orders, published, measured (said by speak/wording.py)."""
