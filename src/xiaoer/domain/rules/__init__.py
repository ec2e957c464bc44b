"""What the shop's policy allows, computed: (order, policy, request, now) -> Verdict. Pure; never raises."""
