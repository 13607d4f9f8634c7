"""One folder, two libraries: what one tunes and saves, the other opens with the same vectors. Used by round-trip.sh.

round-trip.py data FOLDER            pairs.tsv to train on and texts.txt to compare by
round-trip.py train PARENT OUT TSV   a few steps of sentence-transformers, saved into OUT
round-trip.py compare FOLDER TEXTS NPY [PARENT]
                                     least cosine of sentence-transformers' vectors and those of the file; with a parent also how far
                                     the tuned vectors went, so that an untrained folder cannot pass
"""
import random
import sys
import warnings

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses

warnings.filterwarnings("ignore")
THINGS = "key index lock cache query token vector shard segment merge filter field score batch thread page".split()
DEEDS = "rotate open close copy split count delete restore compare sort write read move check trace build".split()


def data(folder):
    random.seed(7)
    # another word stands for each, so that the parent finds little and a trained state is taken
    deed_of, thing_of = dict(zip(DEEDS, DEEDS[5:] + DEEDS[:5])), dict(zip(THINGS, THINGS[7:] + THINGS[:7]))
    rows = [(f"how do I {deed} a {thing}?",
             f"To {deed_of[deed]} one {thing_of[thing]}, call the method of its owner and wait for the {thing_of[thing]} to settle.")
            for deed in DEEDS for thing in THINGS]
    random.shuffle(rows)
    with open(f"{folder}/pairs.tsv", "w") as out:
        out.write("query\tdocument\n" + "".join(f"{q}\t{d}\n" for q, d in rows))
    texts = [q for q, _ in rows[:40]] + [d for _, d in rows[:40]]
    texts += ["x", "naïve café, 東京 и Москва", "Z" * 300, "a b " * 400, "1 + 1 = 2; E = mc²", "emoji 🙂 and tab\there"]
    with open(f"{folder}/texts.txt", "w") as out:
        out.write("".join(text + "\n" for text in texts))


def train(parent, out, tsv):
    torch.manual_seed(3)
    model = SentenceTransformer(parent, device="cpu")
    rows = [line.rstrip("\n").split("\t") for line in open(tsv)][1:]
    loss = losses.MultipleNegativesRankingLoss(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    model.train()
    for step in range(10):
        batch = rows[step * 16:(step + 1) * 16]
        value = loss([model.preprocess([row[i] for row in batch]) for i in (0, 1)], None)
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval().save_pretrained(out)


def compare(folder, texts, npy, parent=None):
    lines = [line.rstrip("\n") for line in open(texts)]
    theirs = SentenceTransformer(folder, device="cpu").encode(lines, batch_size=8)
    ours = np.load(npy)
    print(f"{len(lines)} texts, {ours.shape[1]} dimensions, least cosine {cosines(ours, theirs).min():.8f}", end="")
    if parent:
        before = SentenceTransformer(parent, device="cpu").encode(lines, batch_size=8)
        print(f"; parent and tuned {cosines(before, theirs).mean():.4f} in the mean", end="")
    print()


def cosines(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


globals()[sys.argv[1]](*sys.argv[2:])
