#!/bin/sh
# What a container starts: the command it is given; or `azurite`, for flags alone and for nothing. Its data stands in /data
# and it listens on every address, unless a flag or a variable says otherwise (--inMemoryPersistence needs no folder).
case "$1" in
  '' | -*) set -- azurite "$@" ;;
esac
export LAZULITE_LOCATION="${LAZULITE_LOCATION:-/data}"
for surface in BLOB QUEUE TABLE FILE DFS WEB; do
  eval "export LAZULITE_${surface}_HOST=\"\${LAZULITE_${surface}_HOST:-0.0.0.0}\""
done
exec "$@"
