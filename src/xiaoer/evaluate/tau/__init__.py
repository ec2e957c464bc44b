"""tau-bench retail (sierra-research/tau-bench, MIT) as it lies on the disk; benchmarks/ plays it too."""
