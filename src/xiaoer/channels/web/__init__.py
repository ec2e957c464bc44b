"""REST and SSE under /v1, and the pages that use it. Starts in front.py."""
