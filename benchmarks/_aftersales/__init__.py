"""Parts of benchmarks/aftersales.py, one thing each."""
