#!/usr/bin/env bash
# How far labels of the very test reach: cross-validation over the queries of a retrieval folder. Four fifths of the judged queries, with the
# documents judged right, train; the last fifth tests, all documents searched. A bound for code-search.sh, which has no such labels.
# usage: benchmarks/finetuning/code-labels.sh OUT FOLDS TEST-FOLDER [more options of lab fine-tune …]; FOLDS as in "1 2 3 4 5"
# OUT/FOLD.test.json compares; the means over queries of all folds together are those of the whole set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
out=${1:?OUT folder}; folds=${2:?FOLDS, as in "1 2 3 4 5"}; test=${3:?TEST-FOLDER}; shift 3
mkdir -p "$out"
export LABORATORY_HOME=$out/home
# as --set, so that options behind them can change them; no interpolation with the parent: a bound is wanted, not what is kept elsewhere
recipe=(--set epochs=6 --set batch_size=32 --set learning_rate=5e-5 --set frozen=word-embeddings --set max_tokens=128
  --set interpolation=off --set evaluation_steps=1000)
for fold in $folds; do
  run=$out/$fold
  mkdir -p "$run"
  python3 - "$test" "$run" "$fold" <<'PY'
import gzip, json, os, random, sys

test, out, fold = sys.argv[1], sys.argv[2], int(sys.argv[3])

def lines(name):
    path = os.path.join(test, name)
    with (open(path, encoding="utf-8") if os.path.exists(path) else gzip.open(path + ".gz", "rt", encoding="utf-8")) as file:
        return file.read().splitlines()

corpus = {row["_id"]: row for row in map(json.loads, lines("corpus.jsonl"))}
queries = {row["_id"]: row["text"] for row in map(json.loads, lines("queries.jsonl"))}
right = {}
for line in lines("qrels.tsv")[1:]:
    query, document, score = line.split("\t")[:3]
    if float(score) > 0:
        right.setdefault(query, []).append(document)
names = sorted(right)
random.Random(1).shuffle(names)
held = set(names[fold - 1 :: 5])
judged = {document for name in held for document in right[name]}
with open(out + "/corpus.jsonl", "w", encoding="utf-8") as file:
    file.writelines(json.dumps(row) + "\n" for row in corpus.values())
with open(out + "/queries.jsonl", "w", encoding="utf-8") as file:
    file.writelines(json.dumps({"_id": name, "text": queries[name]}) + "\n" for name in sorted(held))
with open(out + "/qrels.tsv", "w", encoding="utf-8") as file:
    file.write("query-id\tcorpus-id\tscore\n")
    file.writelines(f"{name}\t{document}\t1\n" for name in sorted(held) for document in right[name])
with open(out + "/train.jsonl", "w", encoding="utf-8") as file:
    for name in names:
        for document in right[name]:
            if name not in held and document not in judged:
                file.write(json.dumps({"query": queries[name], "document": corpus[document]["text"]}) + "\n")
PY
  "$lab" fine-tune --model minilm --data "$run/train.jsonl" --eval "$run" --cache "$out/vectors" --seed 1 --out "$run/tuned" --json \
    "${recipe[@]}" "$@" > "$run.json" 2> "$run.log"
  "$lab" evaluate retrieval --data "$run" --model minilm --model "$run/tuned" --cache "$out/vectors" --json > "$run.test.json" 2>> "$run.log"
done
