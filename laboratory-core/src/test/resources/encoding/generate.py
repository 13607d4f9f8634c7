"""Makes the files beside it: codes by the formulas of sentence-transformers' quantize_embeddings, in NumPy alone."""
import json

import numpy as np

K = 10
rng = np.random.default_rng(7)


def normal(x):
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def nearest(scores):
    """The K best others of each row; of equal scores the lower row wins."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, : K + 1]
    return [[i for i in row if i != r][:K] for r, row in enumerate(order)]


def recall(wanted, found):
    return float(np.mean([len(set(w) & set(f)) / K for w, f in zip(wanted, found)]))


def cosine(a, b):
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


centres = rng.normal(size=(12, 20))
vectors = normal(centres[rng.integers(0, 12, 150)] + 0.4 * rng.normal(size=(150, 20)))
queries = normal(centres[rng.integers(0, 12, 9)] + 0.9 * rng.normal(size=(9, 20)))
ranges = np.vstack((np.min(vectors, axis=0), np.max(vectors, axis=0)))
starts, steps = ranges[0], (ranges[1] - ranges[0]) / 255
int8 = ((vectors - starts) / steps - 128).astype(np.int8)
# outside the ranges the reference wraps round; the codes are clipped here
clipped = int(((queries < ranges[0]) | (queries > ranges[1])).sum())
int8_queries = np.clip((queries - starts) / steps - 128, -128, 127).astype(np.int8)
ubinary = np.packbits(vectors > 0, axis=1)
np.save("vectors.npy", vectors)
np.save("queries.npy", queries)
np.save("vectors-int8.ranges.npy", ranges)
np.save("vectors-int8.npy", int8)
np.save("queries-int8.npy", int8_queries)
np.save("vectors-binary.npy", ubinary)

wide = vectors.astype(np.float64)
codes = int8.astype(np.float64)
decoded = starts + (codes + 128 + 0.5 * np.sign(codes)) * steps
decoded = np.where(int8 == -128, ranges[0], np.where(int8 == 127, ranges[1], decoded))
signs = np.where(vectors > 0, 1.0, -1.0)
unit = decoded / np.linalg.norm(decoded, axis=1, keepdims=True)
wanted = nearest(wide @ wide.T)
with open("expected.json", "w") as out:
    json.dump(
        {
            "int8": {"mean_cosine": float(cosine(wide, decoded).mean()), "recall": recall(wanted, nearest(unit @ unit.T))},
            "binary": {"mean_cosine": float(cosine(wide, signs).mean()), "recall": recall(wanted, nearest(signs @ signs.T))},
            "clipped_queries": clipped,
        },
        out,
        indent=1,
    )
