"""One training step of sentence pairs on torch, as the reference trains: the rival of TrainingSpeedProgram.

python benchmarks/training-speed.py MODEL BATCH.json fp32|bf16 STEPS THREADS
Same encoder, tokens, dropout (hidden as in the configuration, attention 0), in-batch negatives with scale 20, clipping at 1, fused AdamW.
"""
import json, resource, statistics, sys, time
import torch
from transformers import AutoModel

folder, batch, precision, steps, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(threads)
model = AutoModel.from_pretrained(folder, attention_probs_dropout_prob=0.0, attn_implementation="sdpa").train()
no_decay = [p for p in model.parameters() if p.dim() < 2]
decay = [p for p in model.parameters() if p.dim() >= 2]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": no_decay, "weight_decay": 0.0}], lr=2e-5, fused=True)
columns = []
for column in json.load(open(batch)):
    longest = max(map(len, column))
    columns.append((torch.tensor([row + [0] * (longest - len(row)) for row in column]),
                    torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in column])))


def embed(ids, mask):
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    weights = mask.unsqueeze(-1).float()
    return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)


def step():
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        a, b = (embed(*column) for column in columns)
    loss = torch.nn.functional.cross_entropy(a.float() @ b.float().T * 20, torch.arange(len(a)))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


for _ in range(3):
    step()
times, cpu, start = [], time.process_time(), time.perf_counter()
for _ in range(steps):
    before = time.perf_counter()
    loss = step()
    times.append(time.perf_counter() - before)
spent = time.process_time() - cpu
ratio = spent / (time.perf_counter() - start)
print(f"torch {torch.__version__} {precision} rows {len(columns[0][0])}: median {1000 * statistics.median(times):.1f} ms, fastest {1000 * min(times):.1f}, "
      f"cpu {1000 * spent / steps:.1f} a step, cpu/wall {ratio:.2f}, loss {loss:.4f}, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
