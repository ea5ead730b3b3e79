#!/usr/bin/env bash
# The benchmarks: DevCluster, operator and gateway as processes, then the viewer in Chromium, each side by side with its peers.
# Prints tables; all rows go to bench/results/latest.json. Arguments go to the first part, such as --only gateway.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=$(echo "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')
results=bench/results
mkdir -p "$results"

dotnet "artifacts/bin/Kdd.LoadTest/$configuration/Kdd.LoadTest.dll" --results "$results" "$@"
missed=$?

if [ $# = 0 ]; then
  KDD_CHROMIUM=$(hack/chromium.sh) || exit 1
  export KDD_CHROMIUM
  (cd bench/viewer && npm ci --no-fund --no-audit --loglevel=error && npm run --silent bench -- --out "$PWD/../results/viewer.json") || missed=1
  node -e '
    const { readFileSync, writeFileSync, rmSync } = require("node:fs")
    const [all, viewer] = process.argv.slice(1)
    const rows = [...JSON.parse(readFileSync(all)), ...JSON.parse(readFileSync(viewer))]
    writeFileSync(all, JSON.stringify(rows, undefined, 2) + "\n")
    rmSync(viewer)
    const short = rows.filter((row) => row.met === false).map((row) => row.name)
    console.log(`${rows.length} figures, ${short.length} short of their bars${short.length ? ": " + short.join(", ") : ""}`)
  ' "$results/latest.json" "$results/viewer.json" || missed=1
fi
exit "$missed"
