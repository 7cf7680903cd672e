#!/bin/sh
# Makes ClickHouse forget the tokens of inserts that it did not finish. To be run before the server starts, never while it runs:
#
#   sh forget_unfinished_inserts.sh /var/lib/clickhouse
#
# An unreplicated MergeTree writes the token of an insert to its deduplication log before the insert's part is in place. A server
# that is killed in between comes back with a token that stands for nothing: the insert is made again, is taken for done, and its
# rows are lost. So a line of the log (`1 part token`) goes where no part on disk is that part, or was merged from it.
set -eu
[ "$#" -eq 1 ] || { echo 'usage: forget_unfinished_inserts.sh CLICKHOUSE_DATA_DIRECTORY' >&2; exit 2; }
[ -d "$1/store" ] || exit 0

find "$1/store" -mindepth 3 -maxdepth 3 -type d -name deduplication_logs | while IFS= read -r logs; do
  table=$(dirname "$logs")
  for log in "$logs"/deduplication_log_*.txt; do
    [ -f "$log" ] || continue
    # Beside the directory of the logs: whatever lies in there ClickHouse takes for a log.
    kept="$table/deduplication_log.kept"
    # With the owner that it had: the server may be another user than who runs this.
    cp -p "$log" "$kept"
    { ls -1 "$table" | sed 's/^/on disk\t/'; cat "$log"; } | awk -F '\t' '
      # Of a part name, PARTITION_FIRST_LAST_LEVEL or with a mutation behind it: the blocks that it holds.
      $1 == "on disk" {
        n = split($2, name, "_")
        if (n < 4 || n > 5 || name[2] !~ /^[0-9]+$/) next
        i = count[name[1]]++
        first[name[1], i] = name[2] + 0
        last[name[1], i] = name[3] + 0
        next
      }
      $1 != 1 { print; next }
      {
        split($2, name, "_")
        block = name[2] + 0
        for (i = 0; i < count[name[1]]; i++)
          if (first[name[1], i] <= block && block <= last[name[1], i]) { print; next }
      }' > "$kept"
    forgotten=$(($(wc -l < "$log") - $(wc -l < "$kept")))
    if [ "$forgotten" -eq 0 ]; then
      rm "$kept"
    else
      mv "$kept" "$log"
      echo "$log: forgot $forgotten inserts that were not finished"
    fi
  done
done
