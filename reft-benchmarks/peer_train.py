"""transformers on this machine: training alone, step by step, as Benchmark's train-fp32 and train-bf16 do it.
usage: peer_train.py HF_DIR fp32|bf16 highest|medium"""
import sys, time, torch
from transformers import AutoModelForCausalLM

directory, name, precision = sys.argv[1:4]
torch.set_num_threads(2)
torch.set_float32_matmul_precision(precision)
model = AutoModelForCausalLM.from_pretrained(directory, dtype={"fp32": torch.float32, "bf16": torch.bfloat16}[name])
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6)
ids = torch.randint(5, 49000, (8, 128))
model.train()
for step in range(10):
    start = time.perf_counter()
    optimizer.zero_grad()
    model(input_ids=ids, labels=ids).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step >= 2:
        print(f"{name}/{precision} train alone {1024 / (time.perf_counter() - start):.0f} tok/s", flush=True)
