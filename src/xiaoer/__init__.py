"""xiaoer (小二): an AI customer service that the shop owns. Start reading at `turn.py`."""

__version__ = "0.1.0"
