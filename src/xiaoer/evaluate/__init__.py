"""Whole conversations over the public API, on copies: how a model would do, before it meets a customer.

Beside the service, above the composition root: nothing that serves customers imports it.
"""
