#!/bin/bash
# Documentation search with an adapter on the default model, and the time of training: docs/measurements/adapter.md.
# benchmarks/adapter.sh OUT SECTIONS.jsonl[.gz] ...   OUT gets the split, the pairs and a cache of vectors.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/lab" --version >&2
exec java --add-modules jdk.incubator.vector -cp "$root/laboratory-cli/target/lib/*" \
  "$root/benchmarks/AdapterProtocol.java" "$@"
