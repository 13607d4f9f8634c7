#!/usr/bin/env bash
# The gate, both ways: pairs as they are should be registered, the same pairs with shuffled documents refused.
# usage: benchmarks/finetuning/gate.sh PAIRS.jsonl[.gz] OUT [SEEDS] [more options of lab fine-tune …]; fields intent and code
# Writes one JSON line a run into OUT/runs.jsonl and prints how often each kind was registered. LAB names another command than ./lab.
# The quick recipe is one of fixed steps, so results do not depend on the load of the machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
lab=${LAB:-$root/lab}
quick=(--set epochs=0.6 --set batch_size=32 --set learning_rate=5e-5 --set frozen=word-embeddings --set max_tokens=64
  --set evaluation_steps=1000 --set interpolation=off --set selection_share=0.05)
pairs=${1:?PAIRS.jsonl with the fields intent and code}
out=${2:?OUT folder}
seeds=${3:-10}
shift $(( $# < 3 ? $# : 3 ))
mkdir -p "$out"
export LABORATORY_HOME=$out/home   # a home of its own: what is registered here is thrown away
: > "$out/runs.jsonl"
plain=$out/plain.jsonl
case $pairs in *.gz) gzip -dc "$pairs" > "$plain" ;; *) cp "$pairs" "$plain" ;; esac
for seed in $(seq 1 "$seeds"); do
  for kind in plain shuffled; do
    data=$plain
    if [ "$kind" = shuffled ]; then
      data=$out/shuffled-$seed.jsonl
      python3 - "$plain" "$data" "$seed" <<'PY'
import json, random, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
codes = [row["code"] for row in rows]
random.Random(int(sys.argv[3])).shuffle(codes)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    for row, code in zip(rows, codes):
        file.write(json.dumps({"intent": row["intent"], "code": code}) + "\n")
PY
    fi
    "$lab" fine-tune --model minilm --data "$data" --columns query=intent,document=code --seed "$seed" \
      --out "$out/$kind-$seed" --json "${quick[@]}" "$@" 2> "$out/$kind-$seed.log" |
      python3 -c 'import json, sys; run = json.load(sys.stdin); run.pop("notes"); print(json.dumps({"kind": sys.argv[1], "seed": int(sys.argv[2]), **run}))' \
        "$kind" "$seed" >> "$out/runs.jsonl"
    rm -rf "${out:?}/$kind-$seed"
  done
done
python3 - "$out/runs.jsonl" <<'PY'
import json, sys
runs = [json.loads(line) for line in open(sys.argv[1])]
for kind in ("plain", "shuffled"):
    mine = [run for run in runs if run["kind"] == kind]
    print(kind, "registered", sum(run["registered"] for run in mine), "of", len(mine),
          "mean difference %.4f" % (sum(run["difference"]["value"] for run in mine) / max(1, len(mine))))
PY
