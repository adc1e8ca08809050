# shellcheck shell=bash
# What every step knows, sourced by tests/run and by each script in tests/steps, so that a step also runs by itself.
#
#   root        the repository; the working directory from here on
#   target      the target folder, absolute: cargo, the tools and the made-up trails all live below it
#   strict      1 in CI, where nothing may be skipped
#   note TEXT   a line for a person; skip REASON ends a step that this machine cannot run; fail REASON ends it as failed

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$root/$target ;; esac
# cargo reads a relative folder against its own working directory, which differs between a step and a test it starts.
export CARGO_TARGET_DIR=$target

strict=0
if [ "${CI:-}" = true ]; then
    strict=1
    # A test that would skip for want of a tool or of data fails instead: a green run that tested nothing is a lie.
    export GATETRAIL_NO_SKIP=1
    # Nothing is compiled twice in a fresh clone, so incremental state is only disk and time.
    export CARGO_INCREMENTAL=0
fi

# Real trails, odd files and the oracles live beside the repository, where a user's clone has none.
shared=${GATETRAIL_SHARED:-$root/../shared}
if [ -d "$shared" ]; then
    GATETRAIL_SHARED=$(cd "$shared" && pwd)
    export GATETRAIL_SHARED
else
    unset GATETRAIL_SHARED
fi

# Made by the step `trails`; named only when it is there, so that a test can tell.
if [ -e "$target/trails/plain.expected.json" ] && [ -e "$target/trails/redeliver.expected.json" ] &&
    [ -e "$target/trails/events.expected.json" ]; then
    export GATETRAIL_TRAILS=$target/trails
fi

# The status by which a step says "not here", as automake's tests do: neither passed nor failed.
skipped_status=77

note() { printf '   %s\n' "$*"; }

skip() {
    if [ "$strict" = 1 ]; then
        fail "$* (CI skips nothing)"
    fi
    note "skipped: $*"
    exit "$skipped_status"
}

fail() {
    printf '   failed: %s\n' "$*" >&2
    exit 1
}
