"""policy.yaml: read, looked over, tried on examples."""
