#!/usr/bin/env bash
# Documentation search: trains on the headings and texts of three quarters of the files, tests on the headings of the others.
# usage: benchmarks/finetuning/docs-search.sh OUT SEEDS SECTIONS.jsonl[.gz] … [-- more options of lab fine-tune …]
# The gate judges by the queries whose heading does not stand in the text; the other sets, with BM25, are read once behind it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
out=${1:?OUT folder}; seeds=${2:?SEEDS, as in "1 2 3"}; shift 2
divide "$@"
mkdir -p "$out"
export LABORATORY_HOME=$out/home
# as --set, so that options behind them can change them
recipe=(--set epochs=3 --set batch_size=32 --set learning_rate=1e-4 --set frozen=word-embeddings --set max_tokens=64
  --set preservation=0.98)   # search elsewhere loses less than a point then
for seed in $seeds; do
  run=$out/$seed
  python3 "$here/docs-split.py" "$run" "$seed" "${inputs[@]}" > "$run.split"
  "$lab" fine-tune --model minilm --data "$run/train.jsonl" --eval "$run/rest" --cache "$out/vectors" --seed "$seed" --out "$run/tuned" --json \
    "${recipe[@]}" "${options[@]}" > "$run.json" 2> "$run.log"
  for set in all in-text rest; do
    "$lab" evaluate retrieval --data "$run/$set" --model minilm --model "$run/tuned" --cache "$out/vectors" --json > "$run.$set.json" 2>> "$run.log"
  done
done
