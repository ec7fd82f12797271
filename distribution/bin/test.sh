#!/bin/bash
# Runs every test, by Maven, with Error Prone on every source.
set -u
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
. distribution/bin/jdk.sh
find_jdk || exit 1
started=$(date +%s)
mkdir -p target
log=target/test.log
# One run over all modules: the last one, integration-tests, finds the runnable jars that those before it have made.
mvn --batch-mode --fail-at-end verify -Dmerpati.root="$PWD" > >(tee $log | grep -E --line-buffered 'Tests run:.*(in |Time)|ERROR|BUILD|Building merpati') 2>&1
result=$?
mvn --batch-mode -q spotless:check || { echo "some sources are not formatted: ./dev format" >&2; result=1; }
[ $result = 0 ] && mkdir -p distribution/target/merpati/bin && cp distribution/bin/{jdk.sh,merpati} distribution/target/merpati/bin/ && touch distribution/target/merpati/built
grep -h -E '^(EMBEDDED|PROCESSES|checker|walk|  |deferred|the minority|[0-9]+ changes)' integration-tests/target/surefire-reports/*-output.txt 2>/dev/null | grep -v 'at ' | head -60
echo "took $(($(date +%s) - started)) s"
sed 's/\x1b\[[0-9;]*m//g' $log | grep -hE 'Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+, Time' | sed -E 's/.*Tests run: ([0-9]+), Failures: ([0-9]+), Errors: ([0-9]+), Skipped: ([0-9]+).*/\1 \2 \3 \4/' \
  | awk '{r+=$1; f+=$2+$3; s+=$4} END {printf "%d passed, %d failed, %d skipped\n", r-f-s, f, s}'
exit $result
