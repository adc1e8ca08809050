# shellcheck shell=bash
# A browser and what drives it, for the page: sourced behind environment.sh. Sets `tools` and `chromium`; skips without them.

for needed in node npm; do
    command -v "$needed" >/dev/null || skip "no $needed, which the browser is driven with"
done
chromium=$(command -v chromium || command -v chromium-browser || true)
[ -n "$chromium" ] || skip "no chromium"

# The lock file has the hash of every package; no script of a package runs.
tools=${target:?environment.sh comes first}/page-tools
if ! cmp -s tests/page/package-lock.json "$tools/package-lock.json" || [ ! -d "$tools/node_modules" ]; then
    mkdir -p "$tools"
    cp tests/page/package.json tests/page/package-lock.json "$tools/"
    (cd "$tools" && npm ci --ignore-scripts --no-audit --no-fund --silent)
fi
export PAGE_TOOLS=$tools CHROMIUM=$chromium
