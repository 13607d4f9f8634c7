#!/bin/bash
# Inference engines against each other: same texts, same threads, each run in a process of its own, engines in turn.
# Prints a table, or with --json one JSON object {"rows": [...]}, on standard output; progress on standard error.
set -euo pipefail

usage() {
  cat >&2 <<'TEXT'
benchmarks/inference.sh [--engines "langchain4j spring-ai"] [--sets "short long long-default"] [--rounds 3] [--threads 2]
                        [--batch 32] [--warmup-seconds 10] [--seconds 20] [--java-options ""] [--vectors FOLDER] [--no-build] [--json]
sets: short         2,000 texts of at most 96 tokens: no engine cuts any
      long          500 texts of 210 to 240 tokens, every engine told to keep 256
      long-default  the same texts, each engine at its own default limit (row: "max_tokens": "default")
      FILE          one text a line, each engine at its own default limit
TEXT
  exit 2
}

root=$(cd "$(dirname "$0")/.." && pwd)
work=$root/benchmarks/target
engines="" sets="short long long-default" rounds=3 threads=2 batch=32 warmup=10 seconds=20 java_options="" vectors="" build=yes json=no

while [ $# -gt 0 ]; do
  case $1 in
    --no-build) build=no; shift; continue ;;
    --json) json=yes; shift; continue ;;
    --engines|--sets|--rounds|--threads|--batch|--warmup-seconds|--seconds|--java-options|--vectors) [ $# -gt 1 ] || usage ;;
    *) usage ;;
  esac
  case $1 in
    --engines) engines=$2 ;;
    --sets) sets=$2 ;;
    --rounds) rounds=$2 ;;
    --threads) threads=$2 ;;
    --batch) batch=$2 ;;
    --warmup-seconds) warmup=$2 ;;
    --seconds) seconds=$2 ;;
    --java-options) java_options=$2 ;;
    --vectors) vectors=$2 ;;
  esac
  shift 2
done

# An engine is a module of jmh/ and its main class.
main_class() {
  case $1 in
    laboratory) echo io.github.embeddinglab.jmh.laboratory.LaboratoryEngine ;;
    langchain4j) echo io.github.embeddinglab.jmh.langchain4j.LangChain4jRival ;;
    spring-ai) echo io.github.embeddinglab.jmh.springai.SpringAiRival ;;
    *) echo "unknown engine '$1'; there are laboratory, langchain4j and spring-ai" >&2; exit 2 ;;
  esac
}

if [ -z "$engines" ]; then
  engines="langchain4j spring-ai"
  if [ -f "$root/jmh/laboratory/pom.xml" ]; then engines="laboratory $engines"; fi
fi

modules=examples
for engine in $engines; do
  main_class "$engine" >/dev/null
  modules=$modules,jmh/$engine
done

if [ "$build" = yes ]; then
  echo "building $modules" >&2
  (cd "$root" && mvn -q -B -pl "$modules" -am -DskipTests -Dmaven.javadoc.skip -Dmaven.source.skip package) >&2
fi
if [ ! -s "$work/texts/short.txt" ] || [ ! -s "$work/texts/long.txt" ]; then
  echo "drawing the texts" >&2
  mkdir -p "$work"
  java -cp "$root/examples/target/classes:$(cat "$root/examples/target/class-path.txt")" io.github.embeddinglab.examples.corpus.BenchmarkTexts "$work/texts" >&2
fi
[ -z "$vectors" ] || mkdir -p "$vectors"

# The engines' users cannot set the threads inside ONNX Runtime; the processors that it sees bound them.
pin=""
if [ "$threads" -lt "$(nproc)" ]; then
  if command -v taskset >/dev/null; then
    allowed=$(awk '/^Cpus_allowed_list/ { n = split($2, part, ","); for (i = 1; i <= n; i++) { m = split(part[i], ends, "-"); for (c = ends[1]; c <= ends[m]; c++) print c } }' /proc/self/status)
    pin="taskset -c $(echo "$allowed" | head -n "$threads" | paste -sd, -)"
  else
    echo "no taskset: ONNX Runtime may use more than $threads threads" >&2
  fi
fi

measure() { # round set engine
  local file=$2 limit=() out=()
  case $2 in
    short) file=$work/texts/short.txt ;;
    long) file=$work/texts/long.txt limit=(--max-tokens 256) ;;
    long-default) file=$work/texts/long.txt ;;
  esac
  [ -z "$vectors" ] || out=(--out "$vectors/$3-$(basename "$2").npy")
  # shellcheck disable=SC2086 # options and pin are lists of words
  $pin java $java_options -Dai.djl.offline=true -cp "$root/jmh/$3/target/classes:$(cat "$root/jmh/$3/target/class-path.txt")" "$(main_class "$3")" \
    --texts "$file" --batch "$batch" --threads "$threads" --warmup-seconds "$warmup" --seconds "$seconds" "${limit[@]}" "${out[@]}" 2>"$work/$3.log" \
    || { echo "$3 failed; its output stands in $work/$3.log" >&2; tail -n 5 "$work/$3.log" >&2; return 1; }
}

field() { # name row
  echo "$2" | sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"
}

order=$engines
comma=""
if [ "$json" = yes ]; then
  printf '{"rows":['
else
  printf '%-6s %-13s %-12s %10s %12s %14s %12s\n' round set engine texts/s tokens/s p50_ms_query peak_rss_mb
fi
for round in $(seq "$rounds"); do
  for set in $sets; do
    for engine in $order; do
      echo "round $round, $set, $engine" >&2
      row=$(measure "$round" "$set" "$engine")
      if [ "$json" = yes ]; then
        printf '%s\n{"round":%s,"set":"%s",%s' "$comma" "$round" "$(basename "$set")" "${row#\{}"
        comma=,
      else
        printf '%-6s %-13s %-12s %10.1f %12.0f %14.2f %12.0f\n' "$round" "$(basename "$set")" "$engine" \
          "$(field texts_per_second "$row")" "$(field tokens_per_second "$row")" "$(field p50_ms_one_query "$row")" "$(field peak_rss_mb "$row")"
      fi
    done
  done
  order=$(echo "$order" | tr ' ' '\n' | sed '1!G;h;$!d' | paste -sd' ' -) # the last goes first: heat and caches favour none
done
[ "$json" = no ] || printf '\n]}\n'
