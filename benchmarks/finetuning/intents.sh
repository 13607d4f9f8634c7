#!/usr/bin/env bash
# Intent classification: the encoder is trained on the very examples that the classifier gets, 8 a label, drawn by the seed.
# With EXAMPLES=all the encoder is trained on all texts; the classifier then gets 8 a label in ten draws (OUT/SEED.test.json), and all (OUT/SEED.full.json).
# usage: benchmarks/finetuning/intents.sh OUT SEEDS TRAIN.tsv[.gz] TEST.tsv[.gz] [more options of lab fine-tune …]
# Rows whose text is a test text are not drawn. A tenth of the draw chooses the state; the figures are those of OUT/SEED.test.json.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
out=${1:?OUT folder}; seeds=${2:?SEEDS, as in "1 2 3"}; train=${3:?TRAIN}; test=${4:?TEST}; shift 4
examples=${EXAMPLES:-8}
mkdir -p "$out"
export LABORATORY_HOME=$out/home
# as --set, so that options behind them can change them
if [ "$examples" = all ]; then epochs=2; else epochs=12; fi
recipe=(--set epochs=$epochs --set batch_size=32 --set learning_rate=5e-5 --set frozen=word-embeddings --set max_tokens=64)
for seed in $seeds; do
  python3 - "$train" "$test" "$out/$seed.tsv" "$seed" "$examples" <<'PY'
import gzip, random, re, sys

def table(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        header, *rows = [line.split("\t") for line in file.read().splitlines()]
    return [dict(zip(header, row)) for row in rows]

def normal(text):
    return " ".join(re.findall(r"\w+", text.lower()))

tested = {normal(row["text"]) for row in table(sys.argv[2])}
by_label = {}
for row in table(sys.argv[1]):
    if normal(row["text"]) not in tested:
        by_label.setdefault(row["label"], []).append(row["text"])
random.seed(int(sys.argv[4]))
with open(sys.argv[3], "w", encoding="utf-8") as file:
    file.write("label\ttext\n")
    for label in sorted(by_label):
        texts = by_label[label]
        file.writelines(f"{label}\t{text}\n" for text in (texts if sys.argv[5] == "all" else random.sample(texts, int(sys.argv[5]))))
PY
  "$lab" fine-tune --model minilm --data "$out/$seed.tsv" --eval "$test" --cache "$out/vectors" --seed "$seed" --out "$out/tuned-$seed" --json \
    "${recipe[@]}" "$@" > "$out/$seed.json" 2> "$out/$seed.log"
  classify() { # NAME [settings …]
    local name=$1; shift
    "$lab" evaluate classification --data "$out/$seed.tsv" --data "$test" --model minilm --model "$out/tuned-$seed" "$@" \
      --cache "$out/vectors" --json > "$out/$seed.$name.json" 2>> "$out/$seed.log"
  }
  if [ "$examples" = all ]; then
    classify test
    classify full --setting protocol=full
  else
    classify test --setting protocol=full
  fi
done
