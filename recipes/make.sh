#!/usr/bin/env bash
# Makes a model of our own: pairs, training, gate, and the jar that is found on the class path by the model's name.
# usage: recipes/make.sh technical OUT SECTIONS.jsonl[.gz] … [-- more options of lab fine-tune …]    (fields file, heading, text)
#        recipes/make.sh code OUT API.jsonl[.gz] … [-- more options of lab fine-tune …]              (fields description, signature)
# Ends with 1, without a jar, when the gate refuses. What was made and how it was judged stands in OUT/NAME.json and in the folder's record.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../benchmarks/finetuning/common.sh"
usage() { sed -n 3,4p "$0" | sed 's/^# //' >&2; exit 2; }
[ $# -ge 3 ] || usage
name=$1 out=$2; shift 2
case $name in technical|code) ;; *) usage ;; esac
divide "$@"
mkdir -p "$out"
out=$(cd "$out" && pwd)
[ ! -e "$out/$name" ] || { echo "error: $out/$name exists; remove it, or name another folder" >&2; exit 1; }
export LABORATORY_HOME=$out/home

data=()
for file in "${inputs[@]}"; do data+=(--data "$file"); done
if [ "$name" = technical ]; then
  "$lab" generate "${data[@]}" --generators title,first-sentence --out "$out/pairs.jsonl" --json > "$out/pairs.json"
  data=(--data "$out/pairs.jsonl")
else
  data+=(--columns query=description,document=signature)
fi
"$lab" fine-tune --model minilm "${data[@]}" --config "$here/$name.yaml" --out "$out/$name" --json "${options[@]}" > "$out/$name.json"
grep -q '"registered" *: *true' "$out/$name.json" || { echo "error: the gate refused it; the reason stands in $out/$name.json" >&2; exit 1; }
"$lab" export "$out/$name" --as jar --coordinates "io.github.embeddinglab:laboratory-model-$name:0.1.0" --out "$out/jar"
