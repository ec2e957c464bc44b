"""What stands between a wish and its effect: identity, access, the last look at a reply."""
