#!/bin/sh
# Asks the server of this container whether it is ready, by the words that it was started with: a tool may have put any
# command in place of the image's own.
for process in /proc/[0-9]*; do
  set --
  while IFS= read -r word; do set -- "$@" "$word"; done <<WORDS
$(tr '\0' '\n' 2>/dev/null <"$process/cmdline")
WORDS
  case "${1##*/}" in
    lazulite | azurite | azurite-blob | azurite-queue | azurite-table) ;;
    *) continue ;;
  esac
  case " $* " in
    *' healthcheck '*) continue ;;
  esac
  exec "$@" healthcheck
done
echo 'no server runs here' >&2
exit 1
