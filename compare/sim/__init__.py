"""Simulated models: a server on loopback that speaks a real provider's wire format and answers from the thread itself.

The product reaches it over HTTP like any other provider. What a model says (brain/), how it says it (voice), how fast
(pace) and how it fails (faults) know nothing of wire formats; each wire format is one file that knows nothing of them.
"""
