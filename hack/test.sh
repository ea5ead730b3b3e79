#!/usr/bin/env bash
# Every test: C#, viewer, browser, end to end. Last line: N passed, N failed (and N skipped, if any).
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
passed=0 failed=0 skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

add() { passed=$((passed + $1)); failed=$((failed + $2)); skipped=$((skipped + $3)); }

KDD_CHROMIUM=$(hack/chromium.sh) || add 0 1 0
export KDD_CHROMIUM

# What of the recorded API server was compared, and what was not and why: printed after the tests.
export KDD_TRANSCRIPT_REPORT=$logs/transcripts.txt

# One test program at a time: two cores, and end-to-end tests have processes of their own.
dotnet_tests() {
  dotnet test --solution Kdd.sln -c "$configuration" --no-build --max-parallel-test-modules 1 "$@" 2>&1 | tee "$logs/dotnet"
  local exit_code=${PIPESTATUS[0]} summary
  summary=$(sed -n '/^Test run summary/,$p' "$logs/dotnet")
  number() { sed -n "s/^ *$1: *\([0-9]*\).*/\1/p" <<<"$summary" | tail -n 1; }
  local good bad omitted
  good=$(number succeeded) bad=$(number failed) omitted=$(number skipped)
  # A test program that dies reports no failed test: it counts as one.
  [ "$exit_code" != 0 ] && [ "${bad:-0}" = 0 ] && bad=1
  add "${good:-0}" "${bad:-1}" "${omitted:-0}"
  # A test that failed, or a program of which nothing but its exit code is known, with the first lines of what it said.
  awk '/^failed |\.dll .* failed with/ { left = 12 } left > 0 { print substr($0, 1, 400); left-- }' "$logs/dotnet" >>"$logs/failures"
}

viewer_tests() { # script, report file: both write vitest's and Playwright's JSON counts
  (cd viewer && KDD_REPORT="$logs/$1.json" npm run --silent "$1") || true
  local report
  report=$(node hack/test-counts.mjs "$logs/$1.json") || report="0 1 0"
  # shellcheck disable=SC2046
  add $(head -n 1 <<<"$report")
  tail -n +2 <<<"$report" >>"$logs/failures"
}

dotnet_tests "$@"
viewer_tests test
viewer_tests e2e
[ ! -f "$KDD_TRANSCRIPT_REPORT" ] || { echo; cat "$KDD_TRANSCRIPT_REPORT"; echo; }

# Last, so that the end of a log tells what failed.
[ ! -s "$logs/failures" ] || { echo "FAILED"; cat "$logs/failures"; echo; }
if [ "$skipped" = 0 ]; then echo "$passed passed, $failed failed"; else echo "$passed passed, $failed failed, $skipped skipped"; fi
[ "$failed" = 0 ]
