/**
 * Reads a plain dump line by line; rows of a COPY are told from statements. For any awk: one record a line,
 * fields parted by tabs, and nothing of the file is ever run.
 */
export const DUMP_SCAN = [
  'copying { if ($0 == "\\\\.") { print "rows\\t" n "\\t" tag; copying = 0 } else { n++; if (migrations) print "migration\\t" $0 } next }',
  // A name may hold a newline: the statement goes on while a quote is open.
  '/^COPY / { tag = $0; open = $0; while (gsub(/"/, "", open) % 2 && (getline line) > 0) { tag = tag "\\001" line; open = tag } $0 = tag }',
  '/^COPY .* FROM stdin;$/ { n = 0; copying = 1; migrations = (tag ~ /^COPY ([^ (]*\\.)?django_migrations \\(/); if (migrations) print "columns\\t" tag; next }',
  '/^INSERT INTO / { inserts++; next }',
  '/^CREATE DATABASE / { print "command\\t" $0 }',
  '/^\\\\/ && $1 != "\\\\restrict" && $1 != "\\\\unrestrict" { print "command\\t" $0 }',
  '/^DROP TABLE / || /^ALTER TABLE IF EXISTS .* DROP CONSTRAINT / { cleans = 1 }',
  '/^ALTER .* OWNER TO .*;$/ { sub(/^.* OWNER TO /, ""); sub(/;$/, ""); roles[$0] = 1; owned = 1 }',
  '/^GRANT .* TO .*;$/ { sub(/^.* TO /, ""); sub(/( WITH GRANT OPTION)?;$/, ""); roles[$0] = 1 }',
  'END { for (role in roles) print "role\\t" role; if (cleans) print "cleans"; if (owned) print "owned"; if (inserts) print "inserts\\t" inserts; print copying ? "cut" : "end" }',
].join('\n');
