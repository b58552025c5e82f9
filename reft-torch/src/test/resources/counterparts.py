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
    return xllamacpp.Server(params)


def llama_tokens(job):
    """Greedy tokens with their log-probabilities: equal ones, and the largest difference up to the first that is not."""
    server = llama_server(job)
    equal, largest = 0, 0.0
    for case in job["cases"]:
        answer = server.handle_completions(
            {
                "prompt": case["prompt"],
                "max_tokens": case["tokens"],
                "temperature": 0.0,
                "logprobs": 1,
                "cache_prompt": False,
            }
        )
        if isinstance(answer, (str, bytes)):
            answer = json.loads(answer)
        content = answer["choices"][0]["logprobs"]["content"]
        ids = [token["id"] for token in content]
        # The token that ended it may not be told.
        equal += ids == case["ids"][: len(ids)] and len(ids) >= len(case["ids"]) - 1
        for token, expected, logp in zip(content, case["ids"], case["logp"]):
            if token["id"] != expected:
                break
            largest = max(largest, abs(token["logprob"] - logp))
    return equal, largest


def llama_cpp(job):
    server = llama_server(job)
    texts = []
    for case in job["cases"]:
        answer = server.handle_completions(
            {
                "prompt": case["prompt"],
                "max_tokens": case["tokens"],
                "temperature": 0.0,
                "cache_prompt": False,
            }
        )
        if isinstance(answer, (str, bytes)):
            answer = json.loads(answer)
        texts.append(answer["choices"][0]["text"] if "choices" in answer else answer)
    return texts


def main():
    directory = pathlib.Path(sys.argv[1])
    failed = 0
    for job in json.loads((directory / "jobs.json").read_text()):
        if job["kind"] == "llama.cpp tokens":
            equal, largest = llama_tokens(job)
            print(
                f"llama.cpp {job['name']}: {equal} of {len(job['cases'])} greedy rows equal,"
                f" largest difference of log-probabilities {largest:.1e}"
            )
            failed += equal < len(job["cases"]) - 1 or not largest < 0.05
        elif job["kind"] == "llama.cpp":
            texts = llama_cpp(job)
            same = sum(a == case["text"] for a, case in zip(texts, job["cases"]))
            print(f"llama.cpp {job['name']}: {same} of {len(texts)} greedy texts equal")
            for text, case in zip(texts, job["cases"]):
                if text != case["text"]:
                    print("  there:", repr(text), "\n  here: ", repr(case["text"]))
            # With Q8_0 llama.cpp rounds activations to 8 bits too, so a near tie may fall otherwise.
            failed += same < (len(texts) / 2 if job["name"].endswith("Q8_0") else len(texts))
        else:
            model = peft_model(job) if job["kind"] == "peft" else transformers_model(job["path"])
            error = worst(model, job["rows"])
            print(f"{job['kind']} {job['name']}: largest difference of log-probabilities {error:.1e}")
            failed += not error < TOLERANCE
    sys.exit(1 if failed else 0)


main()
