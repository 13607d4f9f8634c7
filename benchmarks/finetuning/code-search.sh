#!/usr/bin/env bash
# Code search: trains on questions with code, tests on a retrieval folder of code.
# usage: benchmarks/finetuning/code-search.sh OUT SEEDS TEST-FOLDER PAIRS.jsonl[.gz] … [-- more options of lab fine-tune …]
# PAIRS have intent and code, or description and signature; the latter lose (docs/measurements/fine-tuning.md).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
out=${1:?OUT folder}; seeds=${2:?SEEDS, as in "1 2 3"}; test=${3:?TEST-FOLDER}; shift 3
divide "$@"
mkdir -p "$out"
export LABORATORY_HOME=$out/home
python3 - "$out/train.jsonl" "${inputs[@]}" <<'PY'
import gzip, json, sys

def lines(path):
    return [json.loads(line) for line in (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8")]

with open(sys.argv[1], "w", encoding="utf-8") as file:
    for path in sys.argv[2:]:
        for row in lines(path):
            query, document = row.get("intent") or row.get("description"), row.get("code") or row.get("signature")
            if query and document:
                pair = {"query": query, "document": document}
                if "question_id" in row:
                    pair["group"] = str(row["question_id"])
                file.write(json.dumps(pair) + "\n")
PY
# as --set, so that options behind them can change them
recipe=(--set epochs=2 --set batch_size=32 --set learning_rate=2e-5 --set frozen=word-embeddings --set max_tokens=96)
for seed in $seeds; do
  "$lab" fine-tune --model minilm --data "$out/train.jsonl" --eval "$test" --cache "$out/vectors" --seed "$seed" --out "$out/tuned-$seed" --json \
    "${recipe[@]}" "${options[@]}" > "$out/$seed.json" 2> "$out/$seed.log"
  "$lab" evaluate retrieval --data "$test" --model minilm --model "$out/tuned-$seed" --cache "$out/vectors" --json > "$out/$seed.test.json" 2>> "$out/$seed.log"
done
