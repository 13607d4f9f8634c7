#!/usr/bin/env bash
# Domain adaptation from texts alone: trains on the texts of all sections without their headings, tests on the headings of held-out files.
# usage: benchmarks/finetuning/domain.sh OUT SEEDS SECTIONS.jsonl[.gz] … [-- more options of lab fine-tune …]
# Each stage is also trained alone: OUT/SEED.both.json, OUT/SEED.first.json, OUT/SEED.queries.json. The gate judges by the queries whose
# heading does not stand in the text.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
stages=${STAGES:-both first queries}
out=${1:?OUT folder}; seeds=${2:?SEEDS, as in "1 2 3"}; shift 2
divide "$@"
mkdir -p "$out"
export LABORATORY_HOME=$out/home
# as --set, so that options behind them can change them
recipe=(--set batch_size=32 --set frozen=word-embeddings --set max_tokens=64)
for seed in $seeds; do
  run=$out/$seed
  python3 "$here/docs-split.py" "$run" "$seed" "${inputs[@]}" > "$run.split"
  python3 - "$run" <<'PY'
import json, sys
with open(sys.argv[1] + "/texts.jsonl", "w", encoding="utf-8") as file:
    for line in open(sys.argv[1] + "/rest/corpus.jsonl", encoding="utf-8"):
        file.write(json.dumps({"text": json.loads(line)["text"]}) + "\n")
PY
  for stage in $stages; do
    length=(--set epochs=0.5)
    [ "$stage" != first ] || length=()   # it has epochs of its own, one
    "$lab" fine-tune --model minilm --strategy domain-adaptive --set stages="$stage" --data "$run/texts.jsonl" --eval "$run/rest" --cache "$out/vectors" \
      --seed "$seed" --out "$run/$stage" --json "${recipe[@]}" "${length[@]}" "${options[@]}" > "$run.$stage.json" 2> "$run.$stage.log"
  done
done
