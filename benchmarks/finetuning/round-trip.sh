#!/usr/bin/env bash
# Tuned here, opened by sentence-transformers; tuned there, opened here: least cosine of both libraries' vectors.
#   benchmarks/finetuning/round-trip.sh OUT MODEL...
# MODEL is a folder or a name that `lab export` knows. PYTHON has sentence-transformers (default: python3), LAB is the command (default: ./lab).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd); shift
python=${PYTHON:-python3}
lab=${LAB:-$here/../../lab}
"$python" "$here/round-trip.py" data "$out"
for model in "$@"; do
  name=$(basename "$model")
  work=$out/$name
  rm -rf "$work"; mkdir -p "$work"
  parent=$model
  if [ ! -d "$model" ]; then
    parent=$work/parent
    "$lab" export "$model" --as folder --out "$parent" >/dev/null
  fi
  "$lab" fine-tune --model "$parent" --data "$out/pairs.tsv" --epochs 3 --batch-size 16 --learning-rate 3e-4 \
    --set interpolation=off --set warmup_steps=0 --out "$work/ours" --json >"$work/ours.json" 2>"$work/ours.log"
  "$lab" embed --model "$work/ours" --in "$out/texts.txt" --out "$work/ours.npy" >/dev/null
  echo "$name tuned here, opened there: $("$python" "$here/round-trip.py" compare "$work/ours" "$out/texts.txt" "$work/ours.npy" "$parent" 2>/dev/null)"
  "$python" "$here/round-trip.py" train "$parent" "$work/theirs" "$out/pairs.tsv" 2>/dev/null
  "$lab" embed --model "$work/theirs" --in "$out/texts.txt" --out "$work/theirs.npy" >/dev/null
  echo "$name tuned there, opened here: $("$python" "$here/round-trip.py" compare "$work/theirs" "$out/texts.txt" "$work/theirs.npy" "$parent" 2>/dev/null)"
done
