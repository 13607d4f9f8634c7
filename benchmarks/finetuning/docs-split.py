#!/usr/bin/env python3
"""Documentation search, split and pairs: docs-split.py OUT SEED SECTIONS.jsonl[.gz] ...

The seed holds out a quarter of each set's files. OUT/train.jsonl has heading path and text of the other sections, without those that share
a normalised heading path or text with a held-out section. OUT/all, OUT/in-text and OUT/rest are retrieval folders over the texts of all
sections of all files; queries are the heading paths of held-out sections: all, those whose last heading stands in a relevant text, the others.
"""
import gzip, json, pathlib, random, re, sys


def normal(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def lines(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        return [json.loads(line) for line in file]


out, seed, inputs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
sections, held = [], set()
for path in inputs:
    own = [dict(row, file=pathlib.Path(path).name + "/" + row["file"]) for row in lines(path)]
    files = sorted({row["file"] for row in own})
    random.Random(seed).shuffle(files)
    held.update(files[: len(files) // 4])
    sections += own

tested = [row for row in sections if row["file"] in held]
taken = {normal(row["heading"]) for row in tested} | {normal(row["text"]) for row in tested}
out.mkdir(parents=True, exist_ok=True)
pairs = 0
with open(out / "train.jsonl", "w", encoding="utf-8") as file:
    for row in sections:
        if row["file"] not in held and normal(row["heading"]) not in taken and normal(row["text"]) not in taken:
            file.write(json.dumps({"query": row["heading"], "document": row["text"], "group": row["file"]}) + "\n")
            pairs += 1

relevant = {}
for i, row in enumerate(sections):
    relevant.setdefault(normal(row["heading"]), []).append(i)
queries = {}
for row in tested:
    queries.setdefault(normal(row["heading"]), row["heading"])


def in_text(key):
    last = f' {normal(queries[key].split(">")[-1])} '
    return any(last in f' {normal(sections[i]["text"])} ' for i in relevant[key])


for name, keys in (
    ("all", list(queries)),
    ("in-text", [key for key in queries if in_text(key)]),
    ("rest", [key for key in queries if not in_text(key)]),
):
    folder = out / name
    folder.mkdir(exist_ok=True)
    with open(folder / "corpus.jsonl", "w", encoding="utf-8") as file:
        for i, row in enumerate(sections):
            file.write(json.dumps({"_id": f"s{i}", "title": "", "text": row["text"]}) + "\n")
    with open(folder / "queries.jsonl", "w", encoding="utf-8") as file:
        for n, key in enumerate(keys):
            file.write(json.dumps({"_id": f"q{n}", "text": queries[key]}) + "\n")
    with open(folder / "qrels.tsv", "w", encoding="utf-8") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for n, key in enumerate(keys):
            file.writelines(f"q{n}\ts{i}\t1\n" for i in relevant[key])
    print(f"{name}: {len(keys)} queries")
print(f"{len(sections)} sections, {pairs} training pairs")
