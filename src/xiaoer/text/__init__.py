"""Cleaning, language and words of Chinese and English text."""
