"""Serves a GGUF file by llama.cpp's own HTTP server until the standard input ends.

Arguments: the file, the port on 127.0.0.1.
"""

import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[2])
params.n_ctx = 512
params.n_parallel = 2
params.warmup = False
params.ui = False
params.cpuparams.n_threads = 1
server = xllamacpp.Server(params)
print("serving", server.listening_address, flush=True)
sys.stdin.read()
