"""Exports in other programs: OUT/inside and OUT/outside (ONNX, pooling inside or not) in onnxruntime, OUT/folder in
sentence-transformers, against expected.json of the same name under ROOT. Usage: python check_exports.py ROOT OUT"""
import json, os, sys, numpy as np, onnxruntime as ort, warnings; warnings.filterwarnings("ignore")
from tokenizers import Tokenizer
import logging; logging.disable(logging.WARNING)
from sentence_transformers import SentenceTransformer
root, out = sys.argv[1], sys.argv[2]
def cos(a, b):
    a, b = a.astype("float64"), b.astype("float64"); n = np.sqrt((a*a).sum(1) * (b*b).sum(1)); return float(np.where(n == 0, 1, (a*b).sum(1) / np.maximum(n, 1e-30)).min())
worst = {"inside": 1, "outside": 1, "folder": 1}; count = dict.fromkeys(worst, 0)
for kind in ("inside", "outside"):
    for n in sorted(os.listdir(os.path.join(out, kind))):
        d = os.path.join(out, kind, n); src = os.path.join(root, n)
        if not os.path.exists(os.path.join(src, "expected.json")): continue
        cs = os.path.join(src, "config_sentence_transformers.json")
        if os.path.exists(cs) and json.load(open(cs)).get("default_prompt_name"): continue  # a graph has no prompts, encode() adds this one
        e = json.load(open(os.path.join(src, "expected.json"))); want = np.array(e["embeddings"], "float32")
        s = ort.InferenceSession(os.path.join(d, "model.onnx"), providers=["CPUExecutionProvider"]); names = [i.name for i in s.get_inputs()]
        t = Tokenizer.from_file(os.path.join(d, "tokenizer.json")); t.no_padding(); t.no_truncation()
        ids = e["input_ids"]; same = sum(t.encode(x).ids == i for x, i in zip(e["texts"], ids))
        mods = [m["type"].split(".")[-1] for m in json.load(open(os.path.join(src, "modules.json")))] if os.path.exists(os.path.join(src, "modules.json")) else ["Transformer", "Pooling"]
        pc = json.load(open(os.path.join(src, "1_Pooling/config.json"))) if os.path.exists(os.path.join(src, "1_Pooling/config.json")) else {}
        mode = pc.get("pooling_mode", "mean" if not pc else next((k for k in ("mean",) if pc.get("pooling_mode_mean_tokens")), "?"))
        if kind == "outside" and not (mode == "mean" and set(mods[2:]) <= {"Normalize"}): continue
        cfg = json.load(open(os.path.join(src, "config.json"))); pid = cfg.get("pad_token_id") or 0
        L = max(map(len, ids)); N = len(ids)
        a = np.full((N, L), pid, "int64"); m = np.zeros((N, L), "int64")
        for i, r in enumerate(ids): a[i, :len(r)] = r; m[i, :len(r)] = 1
        feed = {"input_ids": a, "attention_mask": m, "pooling_mask": m, "token_type_ids": np.zeros_like(a)}
        y = s.run(None, {k: feed[k] for k in names})[0]
        if kind == "outside":
            y = (y * m[:, :, None]).sum(1) / m.sum(1, keepdims=True).clip(1e-9)
            if "Normalize" in mods: y = y / np.maximum(np.linalg.norm(y, axis=1, keepdims=True), 1e-12)
        c = cos(y, want); count[kind] += 1; worst[kind] = min(worst[kind], c)
        if not c >= 0.99999: print("BAD", kind, n, c)
for n in sorted(os.listdir(os.path.join(out, "folder"))):
    m = SentenceTransformer(os.path.join(out, "folder", n), device="cpu").float().eval()
    p = os.path.join(root, n, "expected.json")
    if os.path.exists(p): e = json.load(open(p)); want = np.array(e["embeddings"], "float32"); texts = e["texts"]
    else: continue
    c = cos(m.encode(texts, batch_size=8), want); count["folder"] += 1; worst["folder"] = min(worst["folder"], c)
    if not c >= 0.99999: print("BAD", "folder", n, c)
print("count", count, "worst cosine", worst)
