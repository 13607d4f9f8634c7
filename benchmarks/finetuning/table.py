#!/usr/bin/env python3
"""Means over seeds of what `lab evaluate --json` wrote about a parent and its tuned model: table.py METRIC EVALUATION.json ...

One file a seed. The gain is the mean over seeds with the least and greatest seed; the interval is the paired one of the seed with the
smallest gain, and it counts as shown where that seed's adjusted test shows it. Baselines are those of the files.
"""
import json, statistics, sys

metric, files = sys.argv[1], sys.argv[2:]
runs = []
for path in files:
    with open(path, encoding="utf-8") as file:
        runs.append(json.load(file))
for run, path in zip(runs, files):
    if len(run.get("others", [])) != 1:
        sys.exit(f"{path}: one parent and one tuned model are expected; evaluate with --model PARENT --model TUNED")
changes = [next(d for d in run["differences"] if d["name"] == metric) for run in runs]
least = min(changes, key=lambda d: d["change"]["value"])
gains = [d["change"]["value"] for d in changes]
parent, tuned = statistics.mean(d["first"] for d in changes), statistics.mean(d["second"] for d in changes)
for i, baseline in enumerate(runs[0].get("baselines", [])):
    print(f"{baseline['model']}: {statistics.mean(run['baselines'][i]['scores'][metric]['value'] for run in runs):.4f}")
print(f"parent: {parent:.4f}")
print(f"tuned: {tuned:.4f}, mean of {len(runs)} seeds")
print(f"gain: {tuned - parent:+.4f} ({100 * (tuned / parent - 1):+.1f} %), seeds from {min(gains):+.4f} to {max(gains):+.4f}")
print(f"seed of the smallest gain: [{least['change']['low']:+.4f}, {least['change']['high']:+.4f}], p {least['p_adjusted']:.4f}"
      + ("" if least["shown"] else ", not shown"))
