#!/usr/bin/env bash
# Intent classification: the encoder is trained on the very examples that the classifier gets, 8 a label, drawn by the seed.
# usage: benchmarks/finetuning/intents.sh OUT SEEDS TRAIN.tsv[.gz] TEST.tsv[.gz] [more options of lab fine-tune …]
# The gate inside judges by a part of these few examples; the table's figures are those of the test file, in OUT/SEED.test.json.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lab=${LAB:-$here/../../lab}   # another command than ./lab
out=${1:?OUT folder}; seeds=${2:?SEEDS, as in "1 2 3"}; train=${3:?TRAIN}; test=${4:?TEST}; shift 4
mkdir -p "$out"
export LABORATORY_HOME=$out/home
recipe=(--epochs 40 --batch-size 32 --learning-rate 5e-5 --set frozen=word-embeddings --set max_tokens=64)
for seed in $seeds; do
  python3 - "$train" "$out/$seed.tsv" "$seed" <<'PY'
import gzip, random, sys
with (gzip.open if sys.argv[1].endswith(".gz") else open)(sys.argv[1], "rt", encoding="utf-8") as file:
    header, *rows = file.read().splitlines()
place = header.split("\t").index("label")
by_label = {}
for row in rows:
    by_label.setdefault(row.split("\t")[place], []).append(row)
random.seed(int(sys.argv[3]))
drawn = [row for label in sorted(by_label) for row in random.sample(by_label[label], 8)]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write("\n".join([header, *drawn]) + "\n")
PY
  "$lab" fine-tune --model minilm --data "$out/$seed.tsv" --seed "$seed" --out "$out/tuned-$seed" --json \
    "${recipe[@]}" "$@" > "$out/$seed.json" 2> "$out/$seed.log"
  "$lab" evaluate classification --data "$out/$seed.tsv" --data "$test" --setting protocol=full --model minilm --model "$out/tuned-$seed" \
    --cache "$out/vectors" --json > "$out/$seed.test.json" 2>> "$out/$seed.log"
done
