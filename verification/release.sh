#!/usr/bin/env bash
# A release as others get it. What is published goes into a fresh repository and is checked there; then a project that has nothing else
# of Holdfast's is built with it and run, once with Holdfast on the module path and once on the class path. Says PASS or FAIL.
#   verification/release.sh [--to DIR | --in DIR] [--key KEY] [--twice]
# --to keeps the repository in DIR, which is new or empty; --in takes what is in DIR and builds nothing. --key signs with that key of
# gpg's. --twice builds everything a second time, and compares.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
to=""; in=""; key=""; twice=""
while [ $# -gt 0 ]; do
  case "$1" in
    --to) [ $# -gt 1 ] || { echo "$1 needs a directory" >&2; exit 2; }
      case "$2" in /*) to=$2 ;; *) to=$here/$2 ;; esac; shift 2 ;;
    --in) [ $# -gt 1 ] || { echo "$1 needs a directory" >&2; exit 2; }
      case "$2" in /*) in=$2 ;; *) in=$here/$2 ;; esac; shift 2 ;;
    --key) [ $# -gt 1 ] || { echo "$1 needs the id or the mail address of a key" >&2; exit 2; }; key=$2; shift 2 ;;
    --twice) twice=yes; shift ;;
    -h | --help) sed -n '2,6p' verification/release.sh | cut -c3-; exit 0 ;;
    *) echo "unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
for needed in mvn java; do
  command -v "$needed" >/dev/null || { echo "$needed is missing; install a JDK and Maven" >&2; exit 2; }
done
[ -z "$in" ] || [ -z "$to$twice" ] || { echo "--in builds nothing, and excludes --to and --twice" >&2; exit 2; }
if [ -n "$to" ] && [ -e "$to" ] && [ -n "$(ls -A "$to")" ]; then
  echo "$to is not empty" >&2
  exit 2
fi
work=$(mktemp -d)
verdict=FAIL
tidy() {
  rm -rf "$work"
  echo "$verdict"
}
trap tidy EXIT
repository=${in:-${to:-$work/repository}}

# Not installed in the user's own repository, too: whatever is built later would find it there.
deploy() {
  mkdir -p "$1"
  mvn -B -q -ntp -Prelease -DskipTests -Dspotless.check.skip -Dmaven.install.skip=true ${key:+"-Dgpg.keyname=$key"} \
    "-DaltDeploymentRepository=release::file:$1" clean deploy
}
# Each file's hash and name; that of a snapshot has the time at which it was put there.
contents() {
  (cd "$1" && find . -name '*.jar' -o -name '*.pom' | sort | while read -r file; do
    echo "$(sha256sum <"$file" | cut -d' ' -f1) $(echo "$file" | sed -E 's/-[0-9]{8}\.[0-9]{6}-[0-9]+/-SNAPSHOT/')"
  done)
}

if [ -z "$in" ]; then
  echo "== what is published is built"
  deploy "$repository"
else
  mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
fi
if [ -n "$twice" ]; then
  echo "== and once more"
  deploy "$work/again"
  contents "$repository" >"$work/first"
  contents "$work/again" >"$work/second"
  diff "$work/first" "$work/second" || { echo "not the same files came of the same sources"; exit 1; }
  echo "  the same $(wc -l <"$work/first") files, byte by byte"
fi
echo "== what is there"
java -cp verification/target/classes io.holdfast.verification.release.ReleaseCheck "$repository" . ${key:+signed}
if [ -n "$key" ]; then
  find "$repository" -name '*.asc' | while read -r signature; do
    gpg --batch --quiet --verify "$signature" "${signature%.asc}" 2>"$work/gpg" || { cat "$work/gpg"; exit 1; }
  done
fi

# A repository of its own, so that nothing of ours is there that was not published. What others have made is taken from the user's, as far
# as it was downloaded before.
downloaded=$HOME/.m2/repository
others="<id>downloaded</id><url>file://$downloaded</url><releases><checksumPolicy>ignore</checksumPolicy></releases>
  <snapshots><enabled>false</enabled></snapshots>"
cat >"$work/settings.xml" <<END
<settings>
  <profiles>
    <profile>
      <id>published</id>
      <repositories>
        <repository><id>holdfast</id><url>file://$repository</url></repository>
        <repository>$others</repository>
      </repositories>
      <pluginRepositories>
        <pluginRepository>$others</pluginRepository>
      </pluginRepositories>
    </profile>
  </profiles>
  <activeProfiles><activeProfile>published</activeProfile></activeProfiles>
</settings>
END
build() {
  mvn -B -q -ntp -gs "$work/settings.xml" "-Dmaven.repo.local=$work/m2" -f "$work/$1/pom.xml" "${@:2}"
}
run() {
  timeout 300 java -Xmx512m -XX:+UseSerialGC "$@"
}

cp -r verification/consumer "$work/modules"
cp -r verification/consumer "$work/classes"
rm -rf "$work"/{modules,classes}/target
echo "== a project with Holdfast on the module path"
build modules process-classes
run -p "$work/modules/target/classes:$work/modules/target/lib" -m shop.consumer/shop.consumer.Consumer "$work/modules/data" modules
echo "== and on the class path"
rm "$work/classes/src/main/java/module-info.java"
build classes process-classes
run -cp "$work/classes/target/classes:$work/classes/target/lib/*" shop.consumer.Consumer "$work/classes/data" classes

echo "== all that the list of versions has can be had, with what it needs"
mkdir "$work/all"
sed -e '/<dependencies>/,$d' verification/consumer/pom.xml | sed -e '/<dependencyManagement>/d' >"$work/all/pom.xml"
version=$(sed -n 's|.*<version>\(.*\)</version>.*|\1|p' ha-bom/pom.xml | head -1)
{
  echo "<dependencyManagement><dependencies><dependency><groupId>io.holdfast</groupId><artifactId>holdfast-bom</artifactId>"
  echo "<version>$version</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement><dependencies>"
  sed -n 's|.*<artifactId>\(ha-.*\)</artifactId>.*|\1|p' ha-bom/pom.xml | while read -r module; do
    echo "<dependency><groupId>io.holdfast</groupId><artifactId>$module</artifactId></dependency>"
  done
  echo "</dependencies></project>"
} >>"$work/all/pom.xml"
build all org.apache.maven.plugins:maven-dependency-plugin:3.8.1:resolve -DincludeGroupIds=io.holdfast
echo "  $(ls -d "$work"/m2/io/holdfast/ha-* | wc -l) modules"

# Where each file came from is written down beside it.
find "$work/m2/io/holdfast" -name _remote.repositories -exec cat {} + | grep -v '^#' >"$work/origins"
if [ ! -s "$work/origins" ] || grep -v '>holdfast=$' "$work/origins"; then
  echo "not all of that came from $repository"
  exit 1
fi
[ -z "$to" ] || echo "the repository is in $to"
verdict=PASS
