# Finds a JDK 25 or later: sets JAVA_HOME, or says what is missing.
find_jdk() {
  find_jdk_in "${JAVA_HOME:-}" "${MERPATI_JAVA_HOME:-}" /usr/lib/jvm/*25* /usr/lib/jvm/*2[6-9]* \
    "$(dirname "$(dirname "$(readlink -f "$(command -v java 2>/dev/null || echo /nowhere/bin/java)")")")"
}

find_jdk_in() {
  local candidate version
  for candidate in "$@"; do
    [ -x "$candidate/bin/java" ] || continue
    version=$("$candidate/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p')
    if [ "${version%%.*}" -ge 25 ] 2>/dev/null; then
      export JAVA_HOME=$candidate
      return 0
    fi
  done
  echo "merpati: no JDK 25 is here. Install one, e.g.: apt-get install temurin-25-jdk (or openjdk-25-jdk-headless), or set JAVA_HOME" >&2
  return 1
}
