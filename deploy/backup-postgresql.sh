#!/bin/sh
# Saves a running installation on PostgreSQL into a new folder: database, recordings, keys. See docs/backup.md.
# Settings come from the environment. Recordings in S3 are copied to BACKUP_STORAGE_URL, a bucket and prefix.
set -eu
umask 077
folder=${1:?"usage: $0 FOLDER"}
: "${SCRIBEDOCK_DATABASE_URL:?must be set}"
: "${SCRIBEDOCK_STORAGE_URL:?must be set}"
mkdir "$folder"

# One state of the server's tables and of the workflow engine's. The recordings come after it: whatever it names is
# there until its job is deleted, and then the erasure journal says so.
pg_dump --format=custom --no-owner --file="$folder/database.dump" "$SCRIBEDOCK_DATABASE_URL"

case $SCRIBEDOCK_STORAGE_URL in
file://*)
	mkdir "$folder/media"
	# What is deleted while it is copied is no failure.
	LC_ALL=C cp -a "${SCRIBEDOCK_STORAGE_URL#file://}/." "$folder/media" 2>"$folder/.copying" \
		|| ! grep -v "No such file or directory" "$folder/.copying" >&2
	rm "$folder/.copying"
	;;
s3://*)
	aws s3 sync --only-show-errors "$SCRIBEDOCK_STORAGE_URL" "${BACKUP_STORAGE_URL:?must be set}"
	;;
*)
	echo "Copy everything below $SCRIBEDOCK_STORAGE_URL now, with the tools of that store." >&2
	;;
esac

scribedock keys show --secrets >"$folder/keys.env"
# Last, because a backup without it is incomplete.
(cd "$folder" && sha256sum database.dump keys.env >.sums && sync && mv .sums SHA256SUMS)
