#!/usr/bin/env bash
# Writes the figures of the last run into docs/guarantees.md: from the reports of ./mvnw verify (and of -Ppit, where there is one),
# or from the logs that are named: docs/figures.sh [log …]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

page=docs/guarantees.md
if [[ $# -gt 0 ]]; then
  logs=("$@")
else
  shopt -s nullglob
  logs=(*/target/surefire-reports/*.xml)
fi
mutants=${PIT_REPORT:-credit-migration-core/target/pit-reports/mutations.csv}

said() { # a pattern → the lines of the run that match it, each once, in order
  cat "${logs[@]}" | sed 's/<!\[CDATA\[//; s/\]\]>.*//' | grep -E "$1" | sort -u || true
}

sums() { # of lines "who, round n: figures with words": rounds, and each figure added up
  sort -u | awk -F': ' '
    { split($1, who, ", round "); key = who[1]; rounds[key]++; line = $2
      while (match(line, /[0-9]+/)) { n[key, ++i[key, rounds[key]]] += substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH) }
      words[key] = $2 }
    END { for (key in rounds) { text = words[key]; out = ""; place = 0
      while (match(text, /[0-9]+/)) { out = out substr(text, 1, RSTART - 1) n[key, ++place]; text = substr(text, RSTART + RLENGTH) }
      print "- " key ", " rounds[key] " round" (rounds[key] > 1 ? "s" : "") ": " out text } }' | sort
}

{
  sed '/^<!-- figures -->$/q' "$page"
  echo
  echo "Written by \`docs/figures.sh\` on $(date -u +%Y-%m-%d), on $(nproc) processors at a load of $(cut -d' ' -f2 /proc/loadavg)."
  echo
  echo "**Simulation.**"
  echo
  said '^(in memory|(H2|POSTGRESQL|MARIADB), [A-Z_]+): [0-9]+ histories' | sed 's/^/- /'
  echo
  echo "**What is broken is found.** The seed, and what the simulation says of it:"
  echo
  echo "| broken | seed | guarantee |"
  echo "|---|---|---|"
  said '^[A-Za-z][A-Za-z -]*: Seed [0-9]+' | sed -E 's/^([^:]+): Seed ([0-9]+), [A-Z]+\. Guarantee ([0-9]+).*/| \1 | \2 | \3 |/'
  said '^bucket by hashCode' | sed -E 's/^(bucket by hashCode): seed ([0-9]+), (.*)/| \1 | \2 | 1; \3, of 161 at most |/'
  echo
  echo "**Servers and nodes killed.**"
  echo
  said 'round [0-9]+: server killed' | sums | sed 's/a node once/a node in each round/'
  echo
  echo "**Connections cut.**"
  echo
  said 'round [0-9]+: [0-9]+ users,' | sums
  said 'round [0-9]+: a run ended' | sums
  echo
  echo "**Bank.** Movements, and migrations and rollbacks, at each isolation level of JDBC:"
  echo
  said '^(H2|POSTGRESQL|MARIADB), [A-Z]+, level' | sed 's/^/- /'
  if [[ -e $mutants ]]; then
    echo
    echo "**Mutants** of core's policies and decisions: $(awk -F, '$6 == "KILLED" || $6 == "TIMED_OUT" { killed++ } END { printf "%d of %d killed, %.1f %%", killed, NR, 100 * killed / NR }' "$mutants"). What survives is in [mutants.md](mutants.md)."
  fi
} > "$page.new"
mv "$page.new" "$page"
