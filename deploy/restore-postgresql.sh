#!/bin/sh
# Restores what backup-postgresql.sh has saved into an empty database and an empty storage. See docs/backup.md.
# usage: restore-postgresql.sh FOLDER [ERASURE_JOURNAL …]; no server may be running.
set -eu
umask 077
folder=${1:?"usage: $0 FOLDER [ERASURE_JOURNAL ...]"}
shift
: "${SCRIBEDOCK_DATABASE_URL:?must be set}"
: "${SCRIBEDOCK_STORAGE_URL:?must be set}"
test -f "$folder/SHA256SUMS" || {
	echo "$folder is no complete backup: it has no SHA256SUMS, which is written last" >&2
	exit 2
}
(cd "$folder" && sha256sum --check --quiet SHA256SUMS)

# The recordings first, so that a server that starts too early misses jobs, not recordings.
case $SCRIBEDOCK_STORAGE_URL in
file://*)
	mkdir -p "${SCRIBEDOCK_STORAGE_URL#file://}"
	cp -a "$folder/media/." "${SCRIBEDOCK_STORAGE_URL#file://}"
	;;
s3://*)
	aws s3 sync --only-show-errors "${BACKUP_STORAGE_URL:?must be set}" "$SCRIBEDOCK_STORAGE_URL"
	;;
*)
	echo "Copy everything back to $SCRIBEDOCK_STORAGE_URL first, with the tools of that store." >&2
	;;
esac
pg_restore --single-transaction --exit-on-error --no-owner --dbname="$SCRIBEDOCK_DATABASE_URL" "$folder/database.dump"

if test -z "${SCRIBEDOCK_ENCRYPTION_KEY:-}"; then
	set -a
	. "$folder/keys.env"
	set +a
	echo "Give the keys in $folder/keys.env to every server before it starts." >&2
fi
if test $# -gt 0; then
	scribedock erasures replay "$@"
else
	echo "No erasure journal was given: jobs that were deleted since the backup exist again." >&2
fi
