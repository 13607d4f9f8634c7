#!/usr/bin/env bash
# Code search: trains on questions with code and on descriptions with signatures, tests on a retrieval folder of code.
# usage: benchmarks/finetuning/code-search.sh OUT SEEDS CONALA.jsonl[.gz] API-DOCS.jsonl[.gz] TEST-FOLDER [more options of lab fine-tune …]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
out=${1:?OUT folder}; seeds=${2:?SEEDS, as in "1 2 3"}; conala=${3:?CONALA}; api=${4:?API-DOCS}; test=${5:?TEST-FOLDER}; shift 5
mkdir -p "$out"
export LABORATORY_HOME=$out/home
python3 - "$conala" "$api" "$out/train.jsonl" <<'PY'
import gzip, json, sys

def lines(path):
    return [json.loads(line) for line in (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8")]

with open(sys.argv[3], "w", encoding="utf-8") as file:
    for path, query, document in ((sys.argv[1], "intent", "code"), (sys.argv[2], "description", "signature")):
        for row in lines(path):
            if row[query] and row[document]:
                file.write(json.dumps({"query": row[query], "document": row[document]}) + "\n")
PY
# as --set, so that options behind them can change them
recipe=(--set epochs=1 --set batch_size=32 --set learning_rate=5e-5 --set frozen=word-embeddings --set max_tokens=64 --set evaluation_steps=120)
for seed in $seeds; do
  "$lab" fine-tune --model minilm --data "$out/train.jsonl" --eval "$test" --cache "$out/vectors" --seed "$seed" --out "$out/tuned-$seed" --json \
    "${recipe[@]}" "$@" > "$out/$seed.json" 2> "$out/$seed.log"
  "$lab" evaluate retrieval --data "$test" --model minilm --model "$out/tuned-$seed" --cache "$out/vectors" --json > "$out/$seed.test.json" 2>> "$out/$seed.log"
done
