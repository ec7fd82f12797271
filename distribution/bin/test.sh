#!/bin/bash
# Runs the tests: all of them, or with "fast" those that need no processes of their own.
set -u
mode=${1:-all}
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
. distribution/bin/jdk.sh
find_jdk || exit 1
started=$(date +%s)
log=target/test.log
mkdir -p target
excluded=
[ "$mode" = fast ] && excluded=-Dtests.excluded=slow,processes,browser
# Modules first; then the jars, from which the stories start processes; then the stories.
mvn --batch-mode verify -pl '!integration-tests' $excluded > >(tee $log | grep -E --line-buffered 'Tests run:.*(in|Time)|ERROR|BUILD|Building merpati') 2>&1
result=$?
if [ $result = 0 ]; then
  mkdir -p distribution/target/merpati/bin && cp distribution/bin/* distribution/target/merpati/bin/ && touch distribution/target/merpati/built
  mvn --batch-mode verify -Dmerpati.root="$PWD" -pl integration-tests -am -Dtest='org.merpati.it.*Test,org.merpati.rules.*Test' -Dsurefire.failIfNoSpecifiedTests=false $excluded > >(tee -a $log | grep -E --line-buffered 'Tests run:.*(in|Time)|ERROR|BUILD|Building merpati integration') 2>&1
  result=$?
fi
passed=$(grep -hoE 'Tests run: [0-9]+, Failures: [0-9]+, Errors: [0-9]+, Skipped: [0-9]+, Time' $log | awk -F'[ ,]+' '{r+=$3; f+=$5+$7; s+=$9} END {printf "%d passed, %d failed, %d skipped", r-f-s, f, s}')
echo "took $(($(date +%s) - started)) s"
echo "$passed"
exit $result
