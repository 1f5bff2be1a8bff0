#!/usr/bin/env bash
# Runs the tests as given. What failed runs once more, alone: many tests speak to real servers, workers and browsers, and
# some lose a race against the others on a busy machine. Such a test is named, to be mended; one that fails alone, too, fails
# the run.
set -u
"$@"
code=$?
[ "$code" = 1 ] || exit "$code" # 0, or no failed tests but a run that broke

echo "Once more, what failed, each alone:" >&2
"$@" --last-failed --last-failed-no-failures=none -n 0 -rA || exit
echo "PASSED ONLY ALONE: the tests above. They race something; mend them." >&2
