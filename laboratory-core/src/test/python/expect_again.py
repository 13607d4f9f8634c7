"""Writes expected.json of each folder anew with this environment's release. Usage: python expect_again.py FOLDERS_ROOT"""
import json, os, sys, warnings; warnings.filterwarnings("ignore")
import torch, transformers, sentence_transformers, logging; logging.disable(logging.WARNING)
from sentence_transformers import SentenceTransformer
torch.set_num_threads(1)
root = sys.argv[1]
for name in sorted(os.listdir(root)):
    f = os.path.join(root, name); p = os.path.join(f, "expected.json")
    if not os.path.exists(p): continue
    e = json.load(open(p))
    try: m = SentenceTransformer(f, device="cpu").float().eval()
    except Exception as x: print(name, "does not open:", type(x).__name__, str(x)[:200]); os.remove(p); continue
    T = e["texts"]
    if type(m[0]).__name__ != "StaticEmbedding": e["input_ids"] = [(m.preprocess([t]) if hasattr(m, "preprocess") else m.tokenize([t]))["input_ids"][0].tolist() for t in T]
    for k in e:
        if k == "embeddings": e[k] = m.encode(T, batch_size=8).astype("float32").tolist()
        elif k.startswith("embeddings_prompt_"): e[k] = m.encode(T, batch_size=5, prompt_name=k[18:]).astype("float32").tolist()
    e.pop("max_seq_length", None)
    e["made_with"] = dict(torch=torch.__version__, transformers=transformers.__version__, sentence_transformers=sentence_transformers.__version__)
    json.dump(e, open(p, "w"), ensure_ascii=False)
print("done")
