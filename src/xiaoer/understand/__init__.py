"""From a customer's words to wishes, slots, mood and risks. No network, no outside model."""
