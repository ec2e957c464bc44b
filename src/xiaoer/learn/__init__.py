"""What is learnt: what was asked and how it went, the gaps, the gate before publication, and training."""
