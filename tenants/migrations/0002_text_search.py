"""What search needs of PostgreSQL: two extensions (trusted: the database's owner may create them), the text search
configuration ``recado_pt``, and the two functions that indexes are built on.

``recado_pt`` takes accents off and Portuguese endings away and, unlike PostgreSQL's own ``portuguese``, drops no word:
“não” and “sim” are whole answers here. The functions name their schema, so that an index never depends on a
search_path; unaccent itself is not marked immutable only because its dictionary could be exchanged.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

CONFIGURATION = """
CREATE TEXT SEARCH DICTIONARY public.recado_pt_stem (TEMPLATE = snowball, LANGUAGE = portuguese);
CREATE TEXT SEARCH CONFIGURATION public.recado_pt (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.recado_pt
  ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part
  WITH public.unaccent, public.recado_pt_stem;
"""

FUNCTIONS = """
CREATE FUNCTION public.recado_fold(value text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN pg_catalog.lower(public.unaccent('public.unaccent'::regdictionary, value));

CREATE FUNCTION public.recado_words(body text, content jsonb) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN pg_catalog.to_tsvector(
    'public.recado_pt'::regconfig,
    body || coalesce(' ' || pg_catalog.translate(content #>> '{document,filename}', '._-/', '    '), '')
  );
"""

DROP = """
DROP FUNCTION public.recado_words(text, jsonb);
DROP FUNCTION public.recado_fold(text);
DROP TEXT SEARCH CONFIGURATION public.recado_pt;
DROP TEXT SEARCH DICTIONARY public.recado_pt_stem;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(CONFIGURATION + FUNCTIONS, DROP),
    ]
