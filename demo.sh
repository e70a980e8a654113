#!/usr/bin/env bash
# Act 1: three nodes, one client, a master killed in mid-stream, and a verdict from the disks. Act 2: a master stopped, its
# duty taken over, its late write refused by a store outside, and a hand-over in good order. Act 3: two nodes join under load,
# and the master leaves. Act 4: 200 callers of an HTTP service are routed while masters are killed. Act 5: all nodes are killed and
# their directories removed, and a new cluster begins from backups. Act 6: nodes come and go with the load while masters are
# killed. See docs/demo.md, or --help.
set -uo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$home/examples/target
stamp=$target/demo.built

missing() { # what, Debian's package, Fedora's, Homebrew's
  echo "demo: $1" >&2
  echo "  Debian, Ubuntu:  sudo apt-get install $2" >&2
  echo "  Fedora:          sudo dnf install $3" >&2
  echo "  macOS:           brew install $4" >&2
  exit 2
}

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java javac=$JAVA_HOME/bin/javac where="JAVA_HOME=$JAVA_HOME"
else
  java=java javac=javac where="the PATH"
fi
version=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
if [ -z "$version" ]; then
  missing "a JDK of version 17 or later is needed, and $where has none" \
    openjdk-17-jdk-headless java-21-openjdk-devel openjdk
elif [ "$version" -lt 17 ]; then
  missing "a JDK of version 17 or later is needed; $where has version $version" \
    openjdk-17-jdk-headless java-21-openjdk-devel openjdk
fi

is_built() {
  [ -f "$stamp" ] && [ -d "$target/classes" ] || return 1
  local newer
  newer=$(find "$home/pom.xml" "$home"/{ha-core,ha-membership,ha-replication,ha-loadbalance,ha-backup,ha-autoscale,integrations/loadbalance-http,examples}/{pom.xml,src/main} \
    -newer "$stamp" -print 2>/dev/null | head -n 1)
  [ -z "$newer" ]
}

case " $* " in
  *" --help "* | *" -h "*) want_help=yes ;;
  *) want_help= ;;
esac
if ! is_built; then
  command -v mvn >/dev/null 2>&1 ||
    missing "Maven 3.8 or later is needed to build, and there is no mvn on the PATH" maven maven maven
  [ -n "$want_help" ] || echo "building (the first time Maven fetches what it needs; that takes a few minutes) ..."
  mkdir -p "$target"
  : >"$stamp.new"
  if ! mvn -B -q -ntp -f "$home/pom.xml" -Dmaven.test.skip=true -Dspotless.check.skip=true \
    -pl examples -am package; then
    echo "demo: the build failed; see Maven's messages above" >&2
    exit 2
  fi
  mv "$stamp.new" "$stamp" # as old as the beginning of the build: what changed meanwhile is built the next time
fi

live=()
if [ -t 1 ]; then
  live=(--live --columns "$(tput cols 2>/dev/null || echo 80)")
fi

own_data=
data=()
case " $* " in
  *" --data "*) ;;
  *) own_data=$target/demo-$$ data=(--data "$own_data") ;;
esac

"$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Ddemo.home="$home" -Dholdfast.log=ERROR \
  -cp "$target/classes:$target/lib/*" io.holdfast.examples.demo.Demo \
  ${live[@]+"${live[@]}"} ${data[@]+"${data[@]}"} "$@" &
demo=$!

# The run ends its children and removes its data itself, on every way out but one: its own kill -9. Its children then end
# by themselves, since their standard input does, or they see that the run is gone.
broken_off=
trap 'broken_off=130; kill -TERM "$demo" 2>/dev/null' INT
trap 'broken_off=143; kill -TERM "$demo" 2>/dev/null' TERM HUP
wait "$demo"
status=$?
while kill -0 "$demo" 2>/dev/null; do
  wait "$demo"
  status=$?
done
if [ "$status" -gt 128 ] && [ -n "$own_data" ]; then
  case " $* " in
    *" --keep "*) echo "the data are kept in $own_data" ;;
    *) for _ in 1 2 3 4 5; do rm -rf "$own_data" 2>/dev/null && break || sleep 1; done ;;
  esac
  [ -n "$broken_off" ] || echo "FAIL: the run was killed"
fi
exit "${broken_off:-$status}"
