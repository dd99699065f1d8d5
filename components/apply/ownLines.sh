# What is ours in a file, and the file without it.

# Start and end of our lines, in bytes; findOwnLines in plan/blocks.ts says how they are known, and finds the same.
own_ranges() {
  awk -v size="$(wc -c <"$1")" '
    BEGIN { at = 0 }
    function ours(line) { return tolower(line) ~ /^[ \t]*(client|server)alive(interval|countmax)[ \t=]/ }
    function keyword(line) { sub(/^[ \t]+/, "", line); sub(/[ \t=].*/, "", line); return tolower(line) }
    function header(line) { return line ~ /^[ \t]*(Host [^ \t].*|Match all|Match final (all|originalhost [^ \t].*))$/ }
    { start[NR] = at; at += length($0) + 1; sub(/\r$/, ""); text[NR] = $0 }
    /^# >>> ssh-keepalive (server|client) \(managed by Pulumi: / { kind[NR] = "begin" }
    /^# <<< ssh-keepalive (server|client)$/ { kind[NR] = "end" }
    END {
      # Not every awk counts past a NUL byte; the last line may lack its newline.
      if (at != size && at != size + 1) exit 1
      start[NR + 1] = at
      for (n = 1; n <= NR; n++) {
        if (kind[n] == "end") print start[n], start[n + 1]
        if (kind[n] != "begin") continue
        for (last = n + 1; last <= NR && kind[last] == ""; last++);
        closed = (last <= NR && kind[last] == "end")
        if (!closed) {
          split("", seen)
          first = last = n + 1 + header(text[n + 1])
          while (last <= NR && ours(text[last]) && !(keyword(text[last]) in seen)) seen[keyword(text[last++])] = 1
          if (last == first) last = n + 1
        }
        foreign = 0
        for (i = n + 1; i < last; i++) if (!ours(text[i]) && !header(text[i])) foreign = 1
        ends_file = (last > NR || (closed && last == NR))
        from = start[n]
        if (ends_file && !foreign && n > 1 && text[n] ~ /; newline added before/) from--
        print from, start[n + 1]
        for (i = n + 1; i < last; i++) if (ours(text[i]) || (header(text[i]) && !foreign)) print start[i], start[i + 1]
      }
    }
  ' "$1"
}

without_own_lines() {
  own_ranges "$1" >"$work/ranges" || return 1
  at=0
  while read -r from to; do
    [ "$from" -le "$at" ] || tail -c "+$((at + 1))" "$1" | head -c $((from - at))
    at=$to
  done <"$work/ranges"
  tail -c "+$((at + 1))" "$1"
}

# A session as it was before us. Its two values are one setting: where either is no longer ours both are that user's own.
with_former_values() { # file path
  awk 'BEGIN { path = ARGV[3]; ARGV[3] = "" }
    FNR == NR { if ($1 == "former" && $2 == path) { wanted += !($3 in keys); keys[$3]; former[$3 "=" $4] = ($5 == "-" ? "" : $3 "=" $5 "\n") } next }
    { text[++last] = line = $0; sub(/\r$/, "", line); key = line; sub(/=.*/, "", key); if (line in former) { found += !(key in seen); seen[key]; ours[last] = line } }
    END { for (n = 1; n <= last; n++) printf "%s", (n in ours && found == wanted) ? former[ours[n]] : text[n] "\n" }
  ' "$work/plan" "$1" "$2" >"$work/session"
  if [ -n "$(tail -c 1 "$1")" ] && [ -s "$work/session" ]; then
    head -c $(($(wc -c <"$work/session") - 1)) "$work/session"
  else
    cat "$work/session"
  fi
}
