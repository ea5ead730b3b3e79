#!/usr/bin/env bash
# Names a missing prerequisite in one sentence, with where to get it.
set -u
missing=0
need() { # command, what, where
  command -v "$1" >/dev/null 2>&1 && return
  echo "kdd needs $2, and there is no \`$1\` on the PATH: get it from $3" >&2
  missing=1
}
need dotnet "the .NET 10 SDK" https://dotnet.microsoft.com/download/dotnet/10.0
need node "Node.js 20 or later" https://nodejs.org
need npm "npm, which comes with Node.js" https://nodejs.org
need kubectl kubectl https://kubernetes.io/docs/tasks/tools/
need git git https://git-scm.com/downloads
[ "$missing" = 0 ] || exit 1

dotnet --list-sdks | grep -q '^10\.' || {
  echo "kdd needs the .NET 10 SDK, and this machine has only $(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' '): get it from https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 1
}
node_major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
[ "$node_major" -ge 20 ] || {
  echo "kdd needs Node.js 20 or later, and this machine has $(node --version): get it from https://nodejs.org" >&2
  exit 1
}
