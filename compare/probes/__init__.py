"""Planted facts: what a candidate still knows of a long thread, scored exactly, and the curve of forgetting.

plan -> plant (threads with a fact in them) -> job (asked as any other) -> score -> curve
"""
