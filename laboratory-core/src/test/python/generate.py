"""Makes 160 random models of all architectures with the reference's ids and vectors; runs with sentence-transformers 6 and
2.7. Usage: python generate.py OUT_DIR [PART_OF_NAME,…]"""
import json, os, sys, shutil, random, traceback, warnings
warnings.filterwarnings("ignore")
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import torch, transformers, sentence_transformers
torch.set_num_threads(1)
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers, decoders
from transformers import PreTrainedTokenizerFast
import transformers as T
from sentence_transformers import SentenceTransformer
try:
    from sentence_transformers import models as st
except ImportError:
    st = None
import logging; logging.disable(logging.WARNING)
out = sys.argv[1]
OLD = sentence_transformers.__version__ < "3"
VERSIONS = dict(torch=torch.__version__, transformers=transformers.__version__, sentence_transformers=sentence_transformers.__version__)
print(VERSIONS)
os.makedirs(out, exist_ok=True)
TEXTS = ["The quick brown fox jumps over the lazy dog.", "", " ", "hello", "HELLO World! Ünïcödé naïve café Straße İstanbul ǅ ﬁ",
  "A heap file is an unordered set of records, stored in pages of 8192 bytes; see pg_class(5).",
  "Der Garbage Collector gibt Speicher frei, der nicht mehr erreichbar ist.", "垃圾收集器释放不再可达的内存。",
  "Сборщик мусора освобождает недостижимую память.", "يحرر جامع القمامة الذاكرة", "हिन्दी में एक वाक्य, ไทยภาษา 한국어 문장",
  "👩‍👩‍👧‍👦 emoji family, zero\u200bwidth, tab\tand\nnewline, nul-like \u0001 control \u00ad soft \ufeff bom \ufffd",
  "x" * 300, " ".join(["long"] * 400), "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
  "[CLS] literal [SEP] specials <s> </s> [MASK] <mask> [PAD] <pad> <unk>", "e\u0301 combining vs \u00e9; ﷺ ½ ² Ⅳ ａｂｃ",
  "  leading and trailing   spaces  ", "\n\n", "don't we'll I'm they've 1,234.56 3.14e-10", "a", "the quick brown " * 9]
CORPUS = TEXTS * 3 + [open(f, errors="ignore").read() for f in ["/usr/share/common-licenses/GPL-3", "/usr/share/common-licenses/Apache-2.0", "/usr/share/common-licenses/MPL-2.0"] if os.path.exists(f)]

def fast(t, **kw):
    return PreTrainedTokenizerFast(tokenizer_object=t, **kw)

def wordpiece(lower=True, size=900, strip=None, pads=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), maxlen=128, prefix="##", cls=None, **kw):
    t = Tokenizer(models.WordPiece(unk_token=pads[1] if "[UNK]" in pads else "[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower, strip_accents=strip, clean_text=True, handle_chinese_chars=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=size, special_tokens=list(pads), continuing_subword_prefix=prefix))
    t.decoder = decoders.WordPiece()
    c, s = t.token_to_id("[CLS]"), t.token_to_id("[SEP]")
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", c), ("[SEP]", s)])
    if cls is not None:
        vocab = {k: v for k, v in t.get_vocab().items()}
        d = os.path.join(out, "vocab.txt")
        with open(d, "w") as f: f.write("\n".join(k for k, v in sorted(vocab.items(), key=lambda x: x[1])) + "\n")
        try: tok = cls(vocab_file=d, do_lower_case=lower, **({} if strip is None else {"strip_accents": strip}))
        except Exception: tok = cls(vocab=vocab, do_lower_case=lower)
        if maxlen is not None: tok.model_max_length = maxlen
        return tok
    if maxlen is not None: kw["model_max_length"] = maxlen
    return fast(t, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]", **kw)

def mpnet_wp(size=800, maxlen=128, lower=True, cls=None):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=size, special_tokens=["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]))
    t.decoder = decoders.WordPiece()
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return fast(t, pad_token="<pad>", unk_token="[UNK]", cls_token="<s>", bos_token="<s>", eos_token="</s>", sep_token="</s>", mask_token="<mask>", model_max_length=maxlen)

def unigram(size=1000, maxlen=128, norm="nfkc", specials=("<s>", "<pad>", "</s>", "<unk>", "<mask>"), prepend="always"):
    t = Tokenizer(models.Unigram())
    t.normalizer = {"nfkc": normalizers.NFKC(), "lower": normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()]), "strip": normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Replace("``", '"')])}[norm]
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=prepend) if prepend != "ws" else pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=size, unk_token="<unk>", special_tokens=list(specials)))
    t.decoder = decoders.Metaspace()
    b, e = t.token_to_id("<s>"), t.token_to_id("</s>")
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", b), ("</s>", e)])
    return fast(t, pad_token="<pad>", unk_token="<unk>", cls_token="<s>", bos_token="<s>", eos_token="</s>", sep_token="</s>", mask_token="<mask>", model_max_length=maxlen)

def bytebpe(size=900, maxlen=128, prefix=False, lower=False, specials=("<s>", "<pad>", "</s>", "<unk>", "<mask>"), template=False, bos="<s>", eos="</s>", pad="<pad>", mask="<mask>", unk="<unk>", post=True):
    t = Tokenizer(models.BPE())
    if lower: t.normalizer = normalizers.Lowercase()
    elif template: t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=list(specials)))
    t.decoder = decoders.ByteLevel()
    b, e = t.token_to_id(bos), t.token_to_id(eos)
    if not post: t.post_processor = processors.ByteLevel(trim_offsets=True)
    elif template: t.post_processor = processors.TemplateProcessing(single=f"{bos} $A {eos}", pair=f"{bos} $A {eos} $B {eos}", special_tokens=[(bos, b), (eos, e)])
    else: t.post_processor = processors.RobertaProcessing((eos, e), (bos, b), trim_offsets=True, add_prefix_space=prefix)
    return fast(t, pad_token=pad, unk_token=unk, cls_token=bos, bos_token=bos, eos_token=eos, sep_token=eos, mask_token=mask, model_max_length=maxlen)

def charbpe(size=900, maxlen=128):
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=False))
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=size, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"]))
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return fast(t, pad_token="<pad>", unk_token="<unk>", cls_token="<s>", bos_token="<s>", eos_token="</s>", sep_token="</s>", mask_token="<mask>", model_max_length=maxlen)

def randomise(m, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for n, p in m.named_parameters():
            if "norm" in n.lower() and n.endswith("weight"): p.copy_(1 + 0.2 * torch.randn_like(p))
            else: p.copy_((0.15 if p.dim() > 1 else 0.05) * torch.randn_like(p))

ONLY = set(sys.argv[2].split(",")) if len(sys.argv) > 2 else None
RESULT = {}

def ids_of(model, text):
    first = model[0]
    if type(first).__name__ == "StaticEmbedding":
        return first.tokenizer.encode(text, add_special_tokens=False).ids
    f = model.tokenize([text]) if OLD or not hasattr(model, "preprocess") else model.preprocess([text])
    return f["input_ids"][0].tolist()

def expect(folder, model, prompts=(), limit=None):
    e = {"texts": TEXTS, "input_ids": [ids_of(model, t) for t in TEXTS]}
    e["embeddings"] = model.encode(TEXTS, batch_size=8, convert_to_numpy=True).astype("float32").tolist()
    for k in prompts: e["embeddings_prompt_" + k] = model.encode(TEXTS, batch_size=5, prompt_name=k).astype("float32").tolist()
    e["made_with"] = VERSIONS
    json.dump(e, open(os.path.join(folder, "expected.json"), "w"), ensure_ascii=False)

def case(name):
    def run(f):
        if ONLY and not any(o in name for o in ONLY): return f
        folder = os.path.join(out, name)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            f(folder, sum(map(ord, name)) * 7 + len(name)); RESULT[name] = "ok"
        except Exception as x:
            shutil.rmtree(folder, ignore_errors=True)
            RESULT[name] = type(x).__name__ + ": " + str(x)[:300]; traceback.print_exc(limit=-3)
        print(name, RESULT[name], flush=True)
        return f
    return run

def dense(i, o, act=None, bias=True):
    return st.Dense(i, o, bias=bias, activation_function=act or torch.nn.Tanh())

def build(name, tok, cfg, cls, pooling="mean", tail=(), normalize=True, maxlen=128, prompts=None, default=None, dtype=None, head=None,
          shard=None, edit=None, plain=False, lower=False, include=True, spread=1.0):
    """The folder is what the reference saves, edited; expected vectors are of the reference opening it again, in float32."""
    @case(name)
    def _(folder, seed):
        base = folder + "-base"; shutil.rmtree(base, ignore_errors=True)
        m = cls(cfg); randomise(m, seed)
        if dtype: m = m.to(dtype)
        kw = dict(max_shard_size=shard) if shard else {}
        t = tok() if callable(tok) and not hasattr(tok, "get_vocab") else tok
        if plain:
            m.save_pretrained(folder, **kw); t.save_pretrained(folder)
        else:
            m.save_pretrained(base); t.save_pretrained(base)
            tk = {}
            if maxlen: tk["max_seq_length"] = maxlen
            if lower: tk["do_lower_case"] = True
            tr = st.Transformer(base, **tk)
            if dtype: tr.auto_model.to(dtype)
            dim = tr.get_word_embedding_dimension()
            pk = {"pooling_mode": pooling} if isinstance(pooling, (str, tuple, list)) else {k: True for k in pooling}
            if isinstance(pooling, dict): pk.setdefault("pooling_mode_mean_tokens", False)
            if not include: pk["include_prompt"] = False
            po = st.Pooling(dim, **pk)
            width = getattr(po, "pooling_output_dimension", None) or po.get_sentence_embedding_dimension()
            mods = [tr, po]
            for f in tail:
                mod = f(width); randomise(mod, seed + 1)
                if hasattr(mod, "get_sentence_embedding_dimension"): width = mod.get_sentence_embedding_dimension() or width
                mods.append(mod)
            if normalize: mods.append(st.Normalize())
            kw2 = {}
            if prompts: kw2["prompts"] = prompts
            if default: kw2["default_prompt_name"] = default
            model = SentenceTransformer(modules=mods, device="cpu", **kw2); model.eval()
            model.save(folder, create_model_card=False)
            shutil.rmtree(base)
            if shard or head:
                for f in os.listdir(folder):
                    if f.startswith("model") and f.endswith(".safetensors"): os.remove(os.path.join(folder, f))
                if head:
                    h = head(cfg); sd = tr.auto_model.state_dict()
                    randomise(h, seed + 9)
                    missing = getattr(h, h.base_model_prefix).load_state_dict(sd, strict=False)
                    if dtype: h = h.to(dtype)
                    h.save_pretrained(folder, **kw)
                else: tr.auto_model.save_pretrained(folder, **kw)
        if edit: edit(folder)
        model = SentenceTransformer(folder, device="cpu"); model.eval()
        model.float()
        expect(folder, model, list(prompts or {}))

def js(folder, file, **kw):
    p = os.path.join(folder, file); d = json.load(open(p))
    for k, v in kw.items():
        if v is None: d.pop(k, None)
        else: d[k] = v
    json.dump(d, open(p, "w"), indent=1)

def drop(*files):
    return lambda folder: [os.remove(os.path.join(folder, f)) for f in files if os.path.exists(os.path.join(folder, f))]

B = T.BertConfig
def bert(tok, h=48, l=2, a=4, i=80, p=128, **kw): return B(vocab_size=kw.pop("v", len(tok)), hidden_size=h, num_hidden_layers=l, num_attention_heads=a, intermediate_size=i, max_position_embeddings=p, **kw)
def rob(tok, C=T.RobertaConfig, h=48, l=2, a=4, i=80, p=130, **kw):
    kw.setdefault("pad_token_id", 1); kw.setdefault("type_vocab_size", 1)
    return C(vocab_size=kw.pop("v", len(tok)), hidden_size=h, num_hidden_layers=l, num_attention_heads=a, intermediate_size=i, max_position_embeddings=p, **kw)
def mp(tok, h=48, l=2, a=4, i=80, p=130, **kw): return T.MPNetConfig(vocab_size=kw.pop("v", len(tok)), hidden_size=h, num_hidden_layers=l, num_attention_heads=a, intermediate_size=i, max_position_embeddings=p, pad_token_id=1, **kw)
if OLD:
    wpd = lambda **k: wordpiece(model_input_names=["input_ids", "attention_mask"], **k)
else: wpd = wordpiece
def dis(tok, h=48, l=2, a=4, i=80, p=128, **kw): return T.DistilBertConfig(vocab_size=kw.pop("v", len(tok)), dim=h, n_layers=l, n_heads=a, hidden_dim=i, max_position_embeddings=p, **kw)

dw = wpd(); dwc = wpd(lower=False, size=700); wp = wordpiece(); wpc = wordpiece(lower=False, size=700); mpt = mpnet_wp(); un = unigram(); bb = bytebpe()
act = torch.nn
# ---------- BERT
build("bert-1layer-relu", wp, bert(wp, h=20, l=1, a=5, i=33, hidden_act="relu", layer_norm_eps=1e-5), T.BertModel)
build("bert-6layers-wide", wp, bert(wp, h=192, l=6, a=3, i=300), T.BertModel, pooling="cls")
build("bert-geglu-new", wp, bert(wp, h=72, l=3, a=6, i=100, hidden_act="gelu_new", layer_norm_eps=1e-6), T.BertModel, pooling="max", normalize=False)
build("bert-gelu-tanh", wp, bert(wp, h=36, l=3, a=9, i=64, hidden_act="gelu_pytorch_tanh"), T.BertModel, pooling="mean_sqrt_len_tokens")
build("bert-silu", wp, bert(wp, h=40, l=2, a=2, i=160, hidden_act="silu"), T.BertModel, pooling="weightedmean")
build("bert-swish-last", wp, bert(wp, h=40, l=2, a=10, i=60, hidden_act="swish"), T.BertModel, pooling="lasttoken", normalize=False)
build("bert-gelu-fast", wp, bert(wp, hidden_act="gelu_fast"), T.BertModel)
build("bert-gelu-python", wp, bert(wp, hidden_act="gelu_python"), T.BertModel)
for a_ in ["quick_gelu", "mish", "tanh", "sigmoid", "relu6", "leaky_relu", "gelu_10", "relu2", "linear", "gelu_accurate", "laplace", "gelu_python_tanh"]:
    build("act-bert-" + a_, wp, bert(wp, h=24, i=40, hidden_act=a_), T.BertModel)
build("bert-types3-vpad", wp, bert(wp, v=len(wp) + 37, type_vocab_size=3), T.BertModel)
build("bert-types1", wp, bert(wp, type_vocab_size=1), T.BertModel)
build("bert-cased-combo", wpc, bert(wpc), T.BertModel, pooling=dict(pooling_mode_cls_token=1, pooling_mode_max_tokens=1, pooling_mode_mean_tokens=1))
build("bert-all-six", wpc, bert(wpc, h=32), T.BertModel, pooling=dict.fromkeys("pooling_mode_cls_token pooling_mode_max_tokens pooling_mode_mean_tokens pooling_mode_mean_sqrt_len_tokens pooling_mode_weightedmean_tokens pooling_mode_lasttoken".split(), 1), normalize=False)
if not OLD:
    build("bert-order", wp, bert(wp), T.BertModel, pooling=("max", "cls", "mean"))
build("bert-lower-flag", wpc, bert(wpc), T.BertModel, lower=True)
build("bert-strip-accents", wordpiece(lower=False, strip=True), bert(wp, v=900), T.BertModel)
build("bert-keep-accents", wordpiece(lower=True, strip=False), bert(wp, v=900), T.BertModel)
build("bert-nolen", wordpiece(maxlen=None), bert(wp, p=64, v=900), T.BertModel, maxlen=None)
build("bert-len-short", wp, bert(wp, p=96), T.BertModel, maxlen=17)
build("bert-len-tokenizer", wordpiece(maxlen=40), bert(wp, v=900), T.BertModel, maxlen=None)
build("bert-len-over-tokenizer", wordpiece(maxlen=40), bert(wp, v=900), T.BertModel, maxlen=100)
build("bert-len3", wp, bert(wp), T.BertModel, maxlen=3)
build("bert-fp16", wp, bert(wp, h=64, l=3), T.BertModel, dtype=torch.float16)
build("bert-bf16", wp, bert(wp, h=64, l=3), T.BertModel, dtype=torch.bfloat16)
build("bert-sharded", wp, bert(wp, h=64, l=4, i=128), T.BertModel, shard="100KB")
build("bert-mlm-head", wp, bert(wp), T.BertModel, head=T.BertForMaskedLM)
build("bert-mlm-sharded-bf16", wp, bert(wp, l=3), T.BertModel, head=T.BertForMaskedLM, shard="80KB", dtype=torch.bfloat16)
build("bert-pretraining-head", wp, bert(wp), T.BertModel, head=T.BertForPreTraining)
build("bert-seqcls-head", wp, bert(wp), T.BertModel, head=T.BertForSequenceClassification)
build("bert-plain", wp, bert(wp), T.BertModel, plain=True)
build("bert-plain-mlm", wp, bert(wp), T.BertForMaskedLM, plain=True)
build("bert-prompts", wp, bert(wp), T.BertModel, prompts={"query": "query: ", "document": "passage: ", "odd": "Represent this; "})
build("bert-prompts-default", wp, bert(wp), T.BertModel, prompts={"query": "search query: ", "document": ""}, default="query")
build("bert-prompts-excluded", wp, bert(wp), T.BertModel, prompts={"query": "search for: ", "document": "doc: "}, include=False)
build("bert-prompts-excluded-wm", wp, bert(wp), T.BertModel, pooling="weightedmean", prompts={"query": "search for: "}, include=False)
build("bert-prompts-excluded-max", wp, bert(wp), T.BertModel, pooling="max", prompts={"query": "search for: "}, include=False)
build("bert-prompts-excluded-cls", wp, bert(wp), T.BertModel, pooling="cls", prompts={"query": "search for: "}, include=False)
build("bert-prompts-excluded-last", wp, bert(wp), T.BertModel, pooling="lasttoken", prompts={"query": "search for: "}, include=False, maxlen=12)
build("bert-prompts-excluded-glued", wp, bert(wp), T.BertModel, prompts={"query": "searc"}, include=False)
build("bert-tokenizer-class", lambda: wordpiece(lower=True, cls=getattr(T, "BertTokenizerFast", None) or T.BertTokenizer), bert(wp, v=900), T.BertModel)
build("bert-tokenizer-class-cased", lambda: wordpiece(lower=False, cls=getattr(T, "BertTokenizerFast", None) or T.BertTokenizer), bert(wp, v=900), T.BertModel)
build("bert-pad-elsewhere", lambda: wordpiece(pads=("[UNK]", "[CLS]", "[SEP]", "[MASK]", "[PAD]")), bert(wp, v=900, pad_token_id=4), T.BertModel)
build("bert-pad-mismatch", wordpiece(pads=("[UNK]", "[CLS]", "[SEP]", "[MASK]", "[PAD]")), bert(wp, v=900), T.BertModel)
build("bert-left-padding", lambda: wordpiece(padding_side="left"), bert(wp, v=900), T.BertModel)
build("bert-left-truncation", lambda: wordpiece(truncation_side="left"), bert(wp, v=900), T.BertModel, maxlen=20)
build("bert-extra-tokens", lambda: (lambda t: (t.add_tokens(["quick brown", "Straße"]), t.add_special_tokens({"additional_special_tokens": ["<ent>"]}), t)[2])(wordpiece()), bert(wp, v=920), T.BertModel)
build("bert-nopooler", wp, bert(wp), lambda c: T.BertModel(c, add_pooling_layer=False))
build("bert-position-key-absent", wp, bert(wp), T.BertModel, edit=lambda f: js(f, "config.json", position_embedding_type=None, classifier_dropout=None, use_cache=None))
build("bert-position-relative", wp, bert(wp, position_embedding_type="relative_key"), T.BertModel)
build("bert-config-odd-keys", wp, bert(wp, gradient_checkpointing=False), T.BertModel, edit=lambda f: js(f, "config.json", custom="x", label2id={"a": 1}, output_hidden_states=True, torchscript=True, id2label={"1": "a"}, num_labels=2, output_attentions=False, _name_or_path="x"))
build("bert-head1", wp, bert(wp, h=24, a=1), T.BertModel)
build("bert-headsize4", wp, bert(wp, h=24, a=6), T.BertModel)
build("bert-headsize2", wp, bert(wp, h=24, a=12), T.BertModel)
build("bert-headsize7-odd", wp, bert(wp, h=35, a=5, i=51), T.BertModel)
build("bert-headsize128", wp, bert(wp, h=256, a=2, i=51), T.BertModel)
build("bert-camel-unigram", un, bert(un), T.BertModel)
build("bert-bpe", bb, bert(bb, pad_token_id=1), T.BertModel)
# dense and layer norm
for n_, a_ in dict(tanh=act.Tanh(), identity=act.Identity(), relu=act.ReLU(), gelu=act.GELU(), sigmoid=act.Sigmoid(), silu=act.SiLU(), gelutanh=act.GELU(approximate="tanh"),
                   leaky=act.LeakyReLU(), elu=act.ELU(), softplus=act.Softplus(), hardtanh=act.Hardtanh(), relu6=act.ReLU6(), mish=act.Mish(), softsign=act.Softsign(), logsig=act.LogSigmoid(), hswish=act.Hardswish(), selu=act.SELU(), softmax=act.Softmax(dim=-1)).items():
    build("dense-" + n_, wp, bert(wp, h=24, l=1, i=30), T.BertModel, tail=[lambda w, a_=a_: dense(w, 19, a_)], normalize=n_ in ("tanh", "gelu"))
build("dense-nobias", wp, bert(wp, l=1), T.BertModel, tail=[lambda w: dense(w, 70, act.Identity(), False)])
build("dense-twice-norm", wp, bert(wp, l=1), T.BertModel, pooling=dict(pooling_mode_cls_token=1, pooling_mode_mean_tokens=1), tail=[lambda w: dense(w, 31, act.ReLU()), lambda w: dense(w, 23, act.Tanh(), False)])
if hasattr(st, "LayerNorm"):
    build("layernorm", wp, bert(wp, l=1), T.BertModel, tail=[lambda w: st.LayerNorm(w)])
    build("layernorm-dense", wp, bert(wp, l=1), T.BertModel, tail=[lambda w: st.LayerNorm(w), lambda w: dense(w, 31)], normalize=False)
if hasattr(st, "Dropout"):
    build("dropout", wp, bert(wp, l=1), T.BertModel, tail=[lambda w: st.Dropout(0.3), lambda w: dense(w, 31)])
build("normalize-dense", wp, bert(wp, l=1), T.BertModel, tail=[lambda w: st.Normalize(), lambda w: dense(w, 31)], normalize=False)
# ---------- RoBERTa
build("roberta-base", bb, rob(bb, h=44, l=4, a=11, i=99, hidden_act="relu"), T.RobertaModel)
build("roberta-prefixspace", lambda: bytebpe(prefix=True), rob(bb), T.RobertaModel, pooling="cls")
build("roberta-lower-flag", bb, rob(bb), T.RobertaModel, lower=True)
build("roberta-lower-normalizer", lambda: bytebpe(lower=True), rob(bb), T.RobertaModel, pooling="lasttoken")
build("roberta-types2", bb, rob(bb, type_vocab_size=2), T.RobertaModel)
build("roberta-len-full", bb, rob(bb, p=66), T.RobertaModel, maxlen=64)
build("roberta-pad3", lambda: bytebpe(specials=("<s>", "</s>", "<unk>", "<pad>", "<mask>")), rob(bb, pad_token_id=3, p=140), T.RobertaModel)
build("roberta-pad0", lambda: bytebpe(specials=("<pad>", "<s>", "</s>", "<unk>", "<mask>")), rob(bb, pad_token_id=0, p=140), T.RobertaModel)
build("roberta-mlm-head", bb, rob(bb), T.RobertaModel, head=T.RobertaForMaskedLM)
build("roberta-plain", lambda: bytebpe(maxlen=128), rob(bb), T.RobertaModel, plain=True)
build("roberta-fp16", bb, rob(bb, h=60, a=5), T.RobertaModel, dtype=torch.float16)
build("roberta-wordpiece", mpt, rob(mpt), T.RobertaModel)
build("camembert", un, rob(un, C=T.CamembertConfig), T.CamembertModel)
# ---------- XLM-R
X = T.XLMRobertaConfig
build("xlmr-base", un, rob(un, X, h=90, l=3, a=9, i=61), T.XLMRobertaModel)
build("xlmr-lower", lambda: unigram(norm="lower"), rob(un, X, v=1000), T.XLMRobertaModel, pooling="cls")
build("xlmr-ws-first", lambda: unigram(norm="strip", prepend="ws"), rob(un, X, v=1000), T.XLMRobertaModel)
build("xlmr-prepend-first", lambda: unigram(prepend="first"), rob(un, X, v=1000), T.XLMRobertaModel)
build("xlmr-charbpe", charbpe, rob(un, X, v=1000), T.XLMRobertaModel)
build("xlmr-prompts-excluded", un, rob(un, X), T.XLMRobertaModel, prompts={"query": "query: ", "passage": "passage: "}, include=False)
build("xlmr-prompts-sp", un, rob(un, X), T.XLMRobertaModel, prompts={"query": "query: ", "passage": "passage: "})
build("xlmr-mlm-head", un, rob(un, X), T.XLMRobertaModel, head=T.XLMRobertaForMaskedLM)
build("xlmr-dense-bf16", un, rob(un, X, h=64), T.XLMRobertaModel, tail=[lambda w: dense(w, 20)], dtype=None)
build("xlmr-gelu-new-eps", un, rob(un, X, hidden_act="gelu_new", layer_norm_eps=1e-5), T.XLMRobertaModel)
# ---------- MPNet
build("mpnet-base", mpt, mp(mpt, h=66, l=3, a=6, i=100), T.MPNetModel)
build("mpnet-buckets16", mpt, mp(mpt, relative_attention_num_buckets=16, hidden_act="gelu_new"), T.MPNetModel, pooling="cls")
build("mpnet-buckets64-long", lambda: mpnet_wp(maxlen=400), mp(mpt, p=402, relative_attention_num_buckets=64), T.MPNetModel, maxlen=400)
build("mpnet-mlm-head", mpt, mp(mpt), T.MPNetModel, head=T.MPNetForMaskedLM)
build("mpnet-prompts", mpt, mp(mpt), T.MPNetModel, prompts={"query": "query: "}, default="query")
build("mpnet-plain", mpt, mp(mpt), T.MPNetModel, plain=True)
build("mpnet-eps-relu", mpt, mp(mpt, layer_norm_eps=1e-5, hidden_act="relu"), T.MPNetModel, pooling="max")
# ---------- DistilBERT
build("distil-base", dw, dis(dw, h=54, l=4, a=3, i=77), T.DistilBertModel)
build("distil-relu", dwc, dis(dwc, activation="relu"), T.DistilBertModel, pooling="cls")
build("distil-gelu-new", dw, dis(dw, activation="gelu_new"), T.DistilBertModel, normalize=False)
build("distil-sinusoidal", dw, dis(dw, sinusoidal_pos_embds=True), T.DistilBertModel)
build("distil-mlm-head", dw, dis(dw), T.DistilBertModel, head=T.DistilBertForMaskedLM)
build("distil-plain", dw, dis(dw), T.DistilBertModel, plain=True)
build("distil-dense-prompts", dwc, dis(dwc), T.DistilBertModel, tail=[lambda w: dense(w, 20)], prompts={"query": "q: "})
# ---------- ModernBERT
if hasattr(T, "ModernBertConfig"):
    def mb(tok, h=48, l=4, a=4, i=40, p=256, **kw):
        d = dict(pad_token_id=1, cls_token_id=0, sep_token_id=2, bos_token_id=0, eos_token_id=2, local_attention=16, global_attn_every_n_layers=3); d.update(kw)
        return T.ModernBertConfig(vocab_size=d.pop("v", len(tok)), hidden_size=h, num_hidden_layers=l, num_attention_heads=a, intermediate_size=i, max_position_embeddings=p, **d)
    M = T.ModernBertModel
    build("modern-base", bb, mb(bb, h=60, a=6, l=6), M)
    build("modern-every1", bb, mb(bb, global_attn_every_n_layers=1), M, pooling="cls")
    build("modern-every2-window8", bb, mb(bb, global_attn_every_n_layers=2, local_attention=8, l=5), M)
    build("modern-window-odd", bb, mb(bb, local_attention=11), M)
    build("modern-window2", bb, mb(bb, local_attention=2), M)
    build("modern-biases", bb, mb(bb, attention_bias=True, mlp_bias=True, norm_bias=True), M)
    build("modern-attn-bias", bb, mb(bb, attention_bias=True), M)
    build("modern-norm-bias", bb, mb(bb, norm_bias=True, norm_eps=1e-6), M)
    build("modern-mlp-bias-silu", bb, mb(bb, mlp_bias=True, hidden_activation="silu"), M)
    build("modern-gelu-tanh", bb, mb(bb, hidden_activation="gelu_pytorch_tanh"), M)
    build("modern-thetas", bb, mb(bb, global_rope_theta=5000.0, local_rope_theta=777.0), M)
    try: build("modern-rope-params", bb, mb(bb, rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 3000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 100.0}}), M)
    except Exception as x: print("rope params", x)
    def oldtheta(f):
        js(f, "config.json", rope_parameters=None, layer_types=None, global_rope_theta=4321.0, local_rope_theta=55.0, global_attn_every_n_layers=2)
    build("modern-old-thetas", bb, mb(bb), M, edit=oldtheta)
    def nulltheta(f):
        p = os.path.join(f, "config.json"); d = json.load(open(p)); d.pop("rope_parameters", None); d.pop("layer_types", None); d["global_rope_theta"] = 4321.0; d["local_rope_theta"] = None; d["global_attn_every_n_layers"] = 3; json.dump(d, open(p, "w"))
    build("modern-null-local", bb, mb(bb), M, edit=nulltheta)
    build("modern-layer-types", bb, mb(bb, layer_types=["sliding_attention", "full_attention", "full_attention", "sliding_attention"]), M)
    build("modern-mlm-head", bb, mb(bb), M, head=T.ModernBertForMaskedLM)
    build("modern-plain", lambda: bytebpe(maxlen=200), mb(bb), M, plain=True)
    build("modern-wordpiece", wp, mb(wp, pad_token_id=0, cls_token_id=2, sep_token_id=3), M)
    build("modern-template", lambda: bytebpe(template=True, specials=("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"), bos="[CLS]", eos="[SEP]", pad="[PAD]", mask="[MASK]", unk="[UNK]"), mb(bb, pad_token_id=3, cls_token_id=1, sep_token_id=2), M, prompts={"query": "search_query: ", "document": "search_document: "})
    build("modern-1layer", bb, mb(bb, l=1), M)
    build("modern-fp16", bb, mb(bb), M, dtype=torch.float16)
    build("modern-long", lambda: bytebpe(maxlen=1000), mb(bb, p=1024), M, maxlen=1000)
# ---------- no special tokens, gpt-like
build("bert-bpe-nospecials", lambda: bytebpe(post=False), bert(bb, pad_token_id=1), T.BertModel)

# ---------- static
def static(name, tokf, dim, tail=(), dtype=None, prompts=None, default=None, edit=None):
    @case(name)
    def _(folder, seed):
        t = tokf(); torch.manual_seed(seed)
        bt = t.backend_tokenizer if hasattr(t, "backend_tokenizer") else t
        w = torch.randn(bt.get_vocab_size(), dim).numpy()
        se = st.StaticEmbedding(bt, embedding_weights=w)
        if dtype: se.to(dtype)
        mods = [se]; width = dim
        for f in tail:
            mod = f(width); randomise(mod, seed + 1)
            if hasattr(mod, "get_sentence_embedding_dimension"): width = mod.get_sentence_embedding_dimension() or width
            mods.append(mod)
        kw = {}
        if prompts: kw["prompts"] = prompts
        if default: kw["default_prompt_name"] = default
        m = SentenceTransformer(modules=mods, device="cpu", **kw); m.eval(); m.save(folder, create_model_card=False)
        if edit: edit(folder)
        m = SentenceTransformer(folder, device="cpu"); m.eval(); m.float()
        expect(folder, m, list(prompts or {}))
def trunc(t, n): t.backend_tokenizer.enable_truncation(n); return t
if hasattr(st, "StaticEmbedding"):
    static("static-wp", wordpiece, 30, [lambda w: st.Normalize()])
    static("static-cased", lambda: wordpiece(lower=False), 17)
    static("static-dense", wordpiece, 17, [lambda w: dense(w, 12), lambda w: st.Normalize()])
    static("static-dense-gelu", wordpiece, 17, [lambda w: dense(w, 12, act.GELU(), False)])
    static("static-unigram", unigram, 33, [lambda w: st.Normalize()])
    static("static-bpe", bytebpe, 8)
    static("static-fp16", wordpiece, 30, [lambda w: st.Normalize()], dtype=torch.float16)
    static("static-prompts", wordpiece, 30, [lambda w: st.Normalize()], prompts={"query": "query: ", "document": "doc: "}, default="document")
    static("static-truncation", lambda: trunc(wordpiece(), 12), 24)
    if hasattr(st, "LayerNorm"): static("static-layernorm", wordpiece, 24, [lambda w: st.LayerNorm(w)])
    def m2v(f):
        from safetensors.torch import load_file, save_file
        p = os.path.join(f, "0_StaticEmbedding" if os.path.isdir(os.path.join(f, "0_StaticEmbedding")) else "", "model.safetensors"); p = os.path.join(f, "model.safetensors") if not os.path.exists(p) else p
        d = load_file(p); save_file({"embeddings": d["embedding.weight"]}, p)
    static("static-model2vec-name", wordpiece, 24, edit=m2v)
json.dump({"versions": VERSIONS, "cases": RESULT}, open(os.path.join(out, "result.json"), "w"), indent=1)
bad = {k: v for k, v in RESULT.items() if v != "ok"}
print(len(RESULT), "cases,", len(bad), "not made:"); [print("  ", k, v) for k, v in bad.items()]
