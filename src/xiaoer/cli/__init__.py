"""The command line. `main` is its entry point; one file a group of commands."""
