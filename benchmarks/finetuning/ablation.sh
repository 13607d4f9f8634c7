#!/usr/bin/env bash
# What each part of a recipe does: pairs of intents and code, 30 % held out by the seed, one training for each change of the base.
# usage: benchmarks/finetuning/ablation.sh PAIRS.jsonl[.gz] OUT SEEDS [more options of lab fine-tune …]; fields intent, code and question_id
# OUT/SEED.test.json compares each variant with the base on the held-out pairs, all documents as distractors.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
pairs=${1:?PAIRS}; out=${2:?OUT folder}; seeds=${3:?SEEDS, as in "1 2 3"}; shift 3
mkdir -p "$out"
export LABORATORY_HOME=$out/home
# as --set, so that options behind them can change them
base=(--set epochs=2 --set batch_size=32 --set learning_rate=5e-5 --set frozen=word-embeddings --set max_tokens=64 --set evaluation_steps=1000)
for seed in $seeds; do
  run=$out/$seed
  mkdir -p "$run/test"
  python3 - "$pairs" "$run" "$seed" <<'PY'
import gzip, json, random, re, sys

pairs, out, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = [json.loads(line) for line in (gzip.open if pairs.endswith(".gz") else open)(pairs, "rt", encoding="utf-8")]
normal = lambda text: " ".join(re.findall(r"\w+", text.lower()))
questions = sorted({row["question_id"] for row in rows})
random.Random(seed).shuffle(questions)
held = set(questions[: len(questions) * 3 // 10])
test = [row for row in rows if row["question_id"] in held]
taken = {normal(row["intent"]) for row in test} | {row["code"].strip() for row in test}
with open(out + "/train.jsonl", "w", encoding="utf-8") as file:
    for row in rows:
        if row["question_id"] not in held and normal(row["intent"]) not in taken and row["code"].strip() not in taken:
            file.write(json.dumps({"query": row["intent"], "document": row["code"]}) + "\n")
documents = {code: f"d{i}" for i, code in enumerate(dict.fromkeys(row["code"].strip() for row in rows))}
answers = {}
for row in test:
    answers.setdefault(row["intent"], set()).add(documents[row["code"].strip()])
with open(out + "/test/corpus.jsonl", "w", encoding="utf-8") as file:
    for code, name in documents.items():
        file.write(json.dumps({"_id": name, "title": "", "text": code}) + "\n")
with open(out + "/test/queries.jsonl", "w", encoding="utf-8") as queries, open(out + "/test/qrels.tsv", "w", encoding="utf-8") as qrels:
    qrels.write("query-id\tcorpus-id\tscore\n")
    for i, (intent, names) in enumerate(answers.items()):
        queries.write(json.dumps({"_id": f"q{i}", "text": intent}) + "\n")
        qrels.writelines(f"q{i}\t{name}\t1\n" for name in sorted(names))
PY
  "$lab" mine --model minilm --data "$run/train.jsonl" --out "$run/mined.jsonl" --json > "$run/mined.json" 2> "$run/mined.log"
  train() { # NAME DATA [options …]
    local name=$1 data=$2; shift 2
    "$lab" fine-tune --model minilm --data "$data" --eval "$run/test" --cache "$out/vectors" --seed "$seed" --out "$run/$name" --json "${base[@]}" "$@" \
      > "$run/$name.json" 2> "$run/$name.log"
  }
  train base "$run/train.jsonl" "$@"
  train masked "$run/train.jsonl" --loss gist "$@"                       # in-batch negatives that the parent takes for answers are left out
  train mined "$run/mined.jsonl" "$@"
  train words "$run/train.jsonl" "$@" --set frozen=none
  train unmixed "$run/train.jsonl" "$@" --set interpolation=off
  "$lab" evaluate retrieval --data "$run/test" --model "$run/base" --model "$run/masked" --model "$run/mined" --model "$run/words" \
    --model "$run/unmixed" --json > "$out/$seed.test.json" 2>> "$run/mined.log"
done
