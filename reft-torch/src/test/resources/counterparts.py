"""Opens what reft wrote in the programs that it was written for, and compares their numbers with reft's.

Arguments: the directory with jobs.json, whose jobs say what to open and what reft made of it.
"""

import json
import pathlib
import sys

import torch

TOLERANCE = 2e-4


def log_probs(model, ids):
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids])).logits[0].double()
    every = torch.log_softmax(logits, -1)
    return [every[t - 1, ids[t]].item() for t in range(1, len(ids))]


def worst(model, rows):
    return max(
        abs(a - b) for row in rows for a, b in zip(row["logp"], log_probs(model, row["ids"]))
    )


def transformers_model(path):
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()


def peft_model(job):
    from peft import PeftModel

    return PeftModel.from_pretrained(transformers_model(job["base"]), job["path"]).eval()


def llama_server(job):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = job["path"]
    params.n_ctx = 256
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 1
    # The cache in fp32, as reft's is.
    params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    return xllamacpp.Server(params)


def complete(server, prompt, tokens):
    answer = server.handle_completions(
        {
            "prompt": prompt,
            "max_tokens": tokens,
            "temperature": 0.0,
            "logprobs": 10,
            "cache_prompt": False,
        }
    )
    return json.loads(answer) if isinstance(answer, (str, bytes)) else answer


def llama_cpp(job):
    """Greedy rows against reft's.

    Gives how many are equal, the largest difference of log-probabilities up to where a row is not, and by how much the
    token there was preferred to reft's: 0 or little where two are about equally likely.
    """
    server = llama_server(job)
    equal, largest, preferred = 0, 0.0, 0.0
    for case in job["cases"]:
        # As text, so that the tokenizer in the file cuts it.
        answer = complete(server, case["prompt"], case["tokens"])
        used = answer["usage"]["prompt_tokens"]
        if used != len(case["prompt_ids"]):
            raise ValueError(f"{job['name']}: {used} tokens in {case['prompt']!r}, not {len(case['prompt_ids'])}")
        content = answer["choices"][0]["logprobs"]["content"]
        ids = [token["id"] for token in content]
        # The token that ended it may not be told.
        equal += ids == case["ids"][: len(ids)] and len(ids) >= len(case["ids"]) - 1
        for token, expected, logp in zip(content, case["ids"], case["logp"]):
            if token["id"] != expected:
                there = {top["id"]: top["logprob"] for top in token["top_logprobs"]}
                preferred = max(preferred, token["logprob"] - there.get(expected, float("-inf")))
                break
            largest = max(largest, abs(token["logprob"] - logp))
    return equal, largest, preferred


def main():
    directory = pathlib.Path(sys.argv[1])
    failed = 0
    for job in json.loads((directory / "jobs.json").read_text()):
        if job["kind"] == "llama.cpp":
            equal, largest, preferred = llama_cpp(job)
            print(
                f"llama.cpp {job['name']}: {equal} of {len(job['cases'])} greedy rows equal, largest difference of"
                f" log-probabilities {largest:.1e}, the others part at a margin of {preferred:.1e}",
                flush=True,
            )
            # With Q8_0 llama.cpp rounds activations to 8 bits too.
            bound = 0.5 if job["name"].endswith("Q8_0") else 0.05
            failed += not (largest < bound and preferred < bound and equal >= len(job["cases"]) / 2)
        else:
            model = peft_model(job) if job["kind"] == "peft" else transformers_model(job["path"])
            error = worst(model, job["rows"])
            print(f"{job['kind']} {job['name']}: largest difference of log-probabilities {error:.1e}")
            failed += not error < TOLERANCE
    sys.exit(1 if failed else 0)


main()
