#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; installs it through apt where it is missing and apt is there.
set -u
find_chromium() {
  for candidate in "${KDD_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$candidate" ] && command -v "$candidate" && return 0
  done
  return 1
}
find_chromium && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1
  find_chromium && exit 0
fi
echo "the browser tests need Chromium: install it (Debian: sudo apt-get install chromium) or set KDD_CHROMIUM to its path" >&2
exit 1
