#!/bin/bash
# Resident memory over long use: benchmarks/memory-soak.sh cycles|stream|ceiling MODEL [JVM FLAGS]. Needs a built project (`mvn package -DskipTests`).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 2 ] || { sed -n 2p "$0" >&2; exit 2; }
what=$1 model=$2
shift 2
exec java "$@" -cp "$(cat "$root/jmh/laboratory/target/class-path.txt")" "$root/benchmarks/MemorySoak.java" "$what" "$model"
