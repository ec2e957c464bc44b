"""The Model Context Protocol: a foreign agent is a stranger with a token. Needs the extra `mcp`."""
