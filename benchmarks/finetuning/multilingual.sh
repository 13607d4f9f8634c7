#!/usr/bin/env bash
# A multilingual model tuned on the scored pairs of one language, judged in the others.
# usage: benchmarks/finetuning/multilingual.sh MODEL OUT TRAIN.tsv[.gz] TEST.tsv[.gz] … [-- more options of lab fine-tune …]
# TRAIN and TEST have score, sentence1, sentence2. OUT/NAME.json compares parent and tuned model on each TEST; OUT/tuned.json is the training's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
model=${1:?MODEL}; out=${2:?OUT folder}; train=${3:?TRAIN}; shift 3
divide "$@"
mkdir -p "$out"
export LABORATORY_HOME=$out/home
# as --set, so that options behind them can change them
recipe=(--set epochs=1 --set batch_size=32 --set learning_rate=2e-5 --set frozen=word-embeddings --set max_tokens=64)
"$lab" fine-tune --model "$model" --data "$train" --out "$out/tuned" --json "${recipe[@]}" "${options[@]}" > "$out/tuned.json" 2> "$out/tuned.log"
for test in "${inputs[@]}"; do
  name=$(basename "$test" .gz)
  "$lab" evaluate sts --data "$test" --model "$model" --model "$out/tuned" --json > "$out/${name%.tsv}.json" 2>> "$out/tuned.log"
done
