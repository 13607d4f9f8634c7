"""Makes the tiny folders of the regression test (test resources fixtures/variants). Usage: python variants.py OUT"""
import json, os, sys, shutil, warnings; warnings.filterwarnings("ignore")
import torch, transformers as T, sentence_transformers, logging; logging.disable(logging.WARNING)
from sentence_transformers import SentenceTransformer, models as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, decoders
out = sys.argv[1]
TEXTS = ["", "a Fox jumps over the Lazy dog", "İ Σας ΣΑΣ Straße [CLS] x", "one two three " * 12, "zz" * 60, "dog"]
WORDS = "a fox jumps over the lazy dog one two three A Fox Lazy s t r e x z i σ α ς Σ query : ##a ##s ##t ##r ##e ##z ##zz ##ß ##α ##ς ##σ ##Α ##Σ ##x ##̇ quer".split()
def tok(lower, mpnet=False):
    sp = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"] if mpnet else ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    c, s = ("<s>", "</s>") if mpnet else ("[CLS]", "[SEP]")
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(sp + WORDS)}, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower); t.pre_tokenizer = pre_tokenizers.BertPreTokenizer(); t.decoder = decoders.WordPiece()
    t.post_processor = processors.TemplateProcessing(single=f"{c} $A {s}", pair=f"{c} $A {s} $B {s}", special_tokens=[(c, t.token_to_id(c)), (s, t.token_to_id(s))])
    return T.PreTrainedTokenizerFast(tokenizer_object=t, pad_token="<pad>" if mpnet else "[PAD]", unk_token="[UNK]", cls_token=c, sep_token=s, mask_token=sp[4], model_max_length=48)
N = len(WORDS) + 5
S = dict(vocab_size=N, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12)
def rnd(m, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for n, p in m.named_parameters(): p.copy_(1 + .2 * torch.randn_like(p) if "norm" in n.lower() and n.endswith("weight") else .4 * torch.randn_like(p))
    return m
def js(f, file, **kw):
    p = os.path.join(f, file); d = json.load(open(p)); d.update(kw); json.dump(d, open(p, "w"), indent=1)
def enc(f, **kw):
    m = SentenceTransformer(f, device="cpu").float().eval()
    return [[float(f"{x:.8g}") for x in r] for r in m.encode(TEXTS, batch_size=1, **kw)], m
def ids(m): return [m.preprocess([t])["input_ids"][0].tolist() for t in TEXTS]
def make(name, tk, model, mods, prompts=None):
    f = os.path.join(out, name); b = f + "-base"; shutil.rmtree(f, ignore_errors=True)
    rnd(model, len(name)).save_pretrained(b); tk.save_pretrained(b)
    tr = st.Transformer(b); m = SentenceTransformer(modules=[tr] + mods, device="cpu", prompts=prompts or {}); m.save(f, create_model_card=False); shutil.rmtree(b)
    for x in ("README.md",):
        if os.path.exists(os.path.join(f, x)): os.remove(os.path.join(f, x))
    return f
def done(f, e):
    e = {"texts": TEXTS, **e, "made_with": dict(torch=torch.__version__, transformers=T.__version__, sentence_transformers=sentence_transformers.__version__)}
    json.dump(e, open(os.path.join(f, "expected.json"), "w"), ensure_ascii=False); print(f, sum(os.path.getsize(os.path.join(d, x)) for d, _, fs in os.walk(f) for x in fs))
B = lambda: T.BertModel(T.BertConfig(max_position_embeddings=48, **S), add_pooling_layer=False)
# one folder, every activation of the encoder by editing config.json
f = make("bert-activations", tok(True), B(), [st.Pooling(8, pooling_mode="mean")]); e = {}
for a in ["gelu", "gelu_new", "gelu_accurate", "relu", "silu", "quick_gelu", "mish", "tanh", "sigmoid", "relu2", "relu6", "leaky_relu", "linear"]:
    js(f, "config.json", hidden_act=a); e["embeddings_" + a], m = enc(f)
js(f, "config.json", hidden_act="gelu"); done(f, {"input_ids": ids(m), **e})
# every pooling mode while the prompt is left out
f = make("bert-prompt-left-out", tok(True), B(), [st.Pooling(8, pooling_mode="mean", include_prompt=False)], {"query": "query: ", "glued": "zz"}); e = {}
for a in ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]:
    js(f, "1_Pooling/config.json", pooling_mode=a)
    for p in ("query", "glued"):
        v, m = enc(f, prompt_name=p)
        e[f"embeddings_{a}_{p}"] = [r if all(abs(x) < 1e30 for x in r) else None for r in v]
js(f, "1_Pooling/config.json", pooling_mode="mean"); done(f, {"input_ids": ids(m), **e})
# capitals lowered by the settings file, not by the tokenizer
f = make("bert-do-lower-case", tok(False), B(), [st.Pooling(8, pooling_mode="cls")])
js(f, "sentence_bert_config.json", do_lower_case=True); v, m = enc(f); done(f, {"input_ids": ids(m), "embeddings": v})
# a table of more relative buckets than the reference uses
f = make("mpnet-64-buckets", tok(True, True), T.MPNetModel(T.MPNetConfig(max_position_embeddings=50, pad_token_id=1, relative_attention_num_buckets=64, **S), add_pooling_layer=False), [st.Pooling(8, pooling_mode="mean")])
v, m = enc(f); done(f, {"input_ids": ids(m), "embeddings": v})
# every activation of a Dense, after a transformer and after a table
n = torch.nn
def dense(f, path, e):
    for a in [n.Identity, n.Tanh, n.ReLU, n.GELU, n.SiLU, n.Sigmoid, n.LeakyReLU, n.ELU, n.SELU, n.Mish, n.Softplus, n.ReLU6, n.Hardtanh]:
        js(f, path, activation_function=a.__module__ + "." + a.__name__); e["embeddings_" + a.__module__ + "." + a.__name__], m = enc(f)
    done(f, e)
f = os.path.join(out, "static-dense"); shutil.rmtree(f, ignore_errors=True); torch.manual_seed(5)
m = SentenceTransformer(modules=[st.StaticEmbedding(tok(True).backend_tokenizer, embedding_weights=(4 * torch.randn(N, 6)).numpy()), rnd(st.Dense(6, 6), 3)], device="cpu"); m.save(f, create_model_card=False)
dense(f, "1_Dense/config.json", {})
f = make("bert-dense", tok(True), B(), [st.Pooling(8, pooling_mode="mean"), rnd(st.Dense(8, 6, bias=False), 3)]); dense(f, "2_Dense/config.json", {})
