# The fast loop, without Maven's modules and without Error Prone: for ./dev, which sources it.
lib=integration-tests/target/lib
quick=target/quick

# The jars that tests and rules run with; fetched again when a pom.xml changes.
libraries() {
  if [ ! -d $lib ] || [ integration-tests/pom.xml -nt $lib ] || [ pom.xml -nt $lib ]; then
    echo "fetching what the tests run with (once)"
    maven package -DskipTests -pl integration-tests -am || exit 1
    touch $lib
  fi
  mkdir -p $quick/rules
}

# compile NAME CLASSPATH, the sources on standard input: into $quick/NAME go those that changed since the last time and
# those that name what changed, or all of them when one is gone or the few do not compile alone.
compile() {
  local out=$quick/$1 path=$2
  sort > $out.sources.new
  touch $out.built.new
  if [ -d $out ] && [ -f $out.built ] && [ -z "$(comm -23 $out.sources $out.sources.new)" ]; then
    { find modules distribution integration-tests -path '*/src/*.java' -newer $out.built; comm -13 $out.sources $out.sources.new; } \
      | sed 's|.*/||; s|\.java$||' | sort -u > $out.names
    xargs grep -lwF -f $out.names < $out.sources.new > $out.these
  else
    rm -rf $out
    cp $out.sources.new $out.these
  fi
  if [ -s $out.these ] && ! java_compile $out "$path" $out.these > $out.log 2>&1; then
    rm -rf $out
    java_compile $out "$path" $out.sources.new || exit 1
  fi
  mv $out.sources.new $out.sources
  mv $out.built.new $out.built
}

java_compile() {
  mkdir -p $1
  "$JAVA_HOME/bin/javac" -nowarn -proc:none -d $1 -cp "$1:$2" @$3
}

compile_main() {
  find modules distribution -path '*/src/main/*.java' -not -path '*/target/*' | compile classes "$lib/*"
}

# Everything, and in $path what the tests of a module run with, behind that module's own resources.
compile_tests() {
  libraries
  compile_main
  find modules distribution integration-tests -path '*/src/test/*.java' -not -path '*/target/*' | compile test-classes "$quick/classes:$lib/*"
  path=$root/$quick/test-classes:$root/$quick/classes:$(printf "$root/%s:" {modules,distribution}/*/src/main/resources)$root/$lib/*
}

# junit CLASSPATH ARGUMENT...: the launcher in a virtual machine that is set up as pom.xml has it, and quickly warm.
junit() {
  "$JAVA_HOME/bin/java" $(sed -n 's|.*<tests.jvm>\(.*\)</tests.jvm>.*|\1|p' "$root/pom.xml") $own \
    -XX:+UseCompactObjectHeaders -XX:TieredStopAtLevel=1 -Dmerpati.root="$root" \
    -Dlogback.configurationFile="$root/modules/journal/src/test/resources/logback-test.xml" \
    -cp "$1" org.junit.platform.console.ConsoleLauncher execute --disable-banner "${@:2}"
}

# In seconds: the format, and the rules that look at sources and classes.
check() {
  libraries
  mvn -q spotless:check > $quick/format.log 2>&1 &
  local format=$! own=
  compile_main
  ls integration-tests/src/test/java/org/merpati/rules/*.java | compile rules/test-classes "$lib/*"
  junit "$quick/rules/test-classes:$quick/classes:$lib/*" --select-package org.merpati.rules --include-tag fast --details none \
    --config junit.jupiter.execution.parallel.enabled=true --config junit.jupiter.execution.parallel.mode.default=concurrent \
    > $quick/check.log 2>&1 || { cat $quick/check.log; exit 1; }
  wait $format || { cat $quick/format.log; exit 1; }
}

# The tests of one module, in a virtual machine of their own: quick_module FOLDER PACKAGE
quick_module() {
  local log=$root/$quick/tests/$2 begun=$SECONDS own result
  cd "$root/$1" || return 1
  own=$(sed -n 's|.*<argLine>${tests.jvm} \(.*\)</argLine>.*|\1|p' pom.xml)
  junit "src/test/resources:$path" --select-package org.merpati.$2 -T trial -T slow -T processes -T browser -T bench \
    --config junit.jupiter.execution.timeout.default='5 m' --details summary \
    --reports-dir $log --redirect-stdout $log.output --redirect-stderr $log.errors > $log.log 2>&1
  result=$?
  echo "  $2: $(sed -n 's/^\[ *\([0-9]*\) tests \(successful\|failed\) *\]/\1 \2/p' $log.log | paste -sd' ') in $((SECONDS - begun)) s"
  [ $result = 0 ] || { echo "$2: $log.log, .output and .errors beside it" >> $root/$quick/failed; cat $log.log; }
  return $result
}

# The tests of a few minutes, three modules at a time: those that start no processes, no browser and no long story. The
# rules are check's.
quick_tests() {
  local started=$SECONDS
  compile_tests
  rm -rf $quick/tests $quick/failed && mkdir -p $quick/tests
  export root quick path JAVA_HOME
  export -f junit quick_module
  # The largest first, so that none is left over at the end.
  { echo integration-tests it
    du -s modules/*/src/test/java distribution/*/src/test/java | sort -rn | sed -E 's|.*\t(.*/([^/]*))/src/test/java|\1 \2|'
  } | xargs -P 3 -L 1 bash -c 'quick_module $0 $1'
  cat $quick/tests/*.log | sed -n 's/^\[ *\([0-9]*\) tests \(successful\|failed\|skipped\) *\]/\1 \2/p' \
    | awk '{n[$2] += $1} END {printf "%d passed, %d failed, %d skipped\n", n["successful"], n["failed"], n["skipped"]}'
  echo "took $((SECONDS - started)) s"
  [ ! -e $quick/failed ] || { cat $quick/failed >&2; exit 1; }
}

# The transcripts of IMAP, with the owner of the mailboxes killed between every two lines of each: bench_transcripts [FIRST [LAST]]
bench_transcripts() {
  local own="-Dround=${1:-1} ${2:+-Dlast=$2}"
  compile_tests
  cd integration-tests || exit 1
  junit "src/test/resources:$path" --details none --details-theme ascii --include-tag trial \
    --select-method 'org.merpati.it.clients.TranscriptStoryTest#eachEndsTheSameWhereverTheOwnerDies' \
    2>&1 | grep -E --line-buffered '^(round|transcripts|\[ .* tests (successful|failed)|  *=>|seed)|[a-z0-9]+\.session'
  return ${PIPESTATUS[0]}
}
