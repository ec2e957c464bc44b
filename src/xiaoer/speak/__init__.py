"""Words for customers: phrases keyed by meaning, filled with facts, in their language and zone."""
