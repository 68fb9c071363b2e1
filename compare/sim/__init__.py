"""Simulated models: a server on loopback that speaks a real provider's wire format and answers from the thread itself.

The product reaches it over HTTP like any other provider. What a model says and thinks (brain/), how it says it (voice),
how fast (pace) and how it fails (faults, demands) know nothing of wire formats; each wire format is a file that writes
and one that reads, which know nothing of them (wire.py has what a format is, serve.py what is done around it).
"""
