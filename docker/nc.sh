#!/bin/sh
# busybox's nc, and the -z that Debian's build of it lacks: by `nc -z` tools ask whether a port is open. -e connects
# and runs a program, which ends at once here.
zero= verbose= seconds=5 host= port= expected=
for word in "$@"; do
  case "$expected$word" in
    seconds*) seconds=${word} expected= ;;
    -w) expected=seconds ;;
    -w?*) seconds=${word#-w} ;;
    -*) case "$word" in *z*) zero=yes ;; esac
        case "$word" in *v*) verbose=yes ;; esac
        case "$word" in *w) expected=seconds ;; esac ;;
    *) if [ -z "$host" ]; then host=$word; else port=$word; fi ;;
  esac
done
[ -n "$zero" ] || exec busybox nc "$@"
busybox nc -w "$seconds" "$host" "$port" -e /bin/true </dev/null >/dev/null 2>&1
status=$?
if [ -n "$verbose" ]; then
  if [ $status = 0 ]; then echo "$host $port open" >&2; else echo "$host $port: not open" >&2; fi
fi
exit $status
