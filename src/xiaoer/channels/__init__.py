"""Ways in: each turns what arrives into calls of the clerk, and what is said into its own form."""
