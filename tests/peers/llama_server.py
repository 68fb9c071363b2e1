"""A llama.cpp server as a process of its own: `python llama_server.py MODEL`. It ends with its standard input."""

from __future__ import annotations

import sys

import xllamacpp


def main(model: str) -> None:
    """Serve on a free port, say its address on standard output, and stop when standard input closes."""
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = 1
    params.endpoint_slots = True
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(f"ready at {server.listening_address}", flush=True)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    main(sys.argv[1])
