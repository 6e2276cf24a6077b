"""Words are looked up among a company's own, so that a search costs nothing for what other companies wrote.

``recado_words_of`` are the words of a message, each behind the first letters of its company's id; they keep no places,
since those are read from the message itself. ``recado_query_of`` is the query for them that is true of every message
of the company of which the plain one is. Two companies that begin alike would only share a look.
"""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

FUNCTIONS = r"""
CREATE FUNCTION public.recado_words_of(tenant uuid, body text, content jsonb) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN pg_catalog.array_to_tsvector(ARRAY(
    SELECT pg_catalog.left(tenant::text, 8) || pg_catalog.left(word, 250)
      FROM pg_catalog.unnest(pg_catalog.tsvector_to_array(public.recado_words(body, content))) AS word
  ));

CREATE FUNCTION public.recado_query_of(tenant uuid, query tsquery) RETURNS tsquery
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN pg_catalog.regexp_replace(
    pg_catalog.regexp_replace(query::text, '<(-|\d+)>', '&', 'g'),
    '''((?:[^'']|''''){1,250})(?:[^'']|'''')*''', '''' || pg_catalog.left(tenant::text, 8) || '\1''', 'g'
  )::tsquery;
"""

DROP = """
DROP FUNCTION public.recado_query_of(uuid, tsquery);
DROP FUNCTION public.recado_words_of(uuid, text, jsonb);
"""


class Migration(migrations.Migration):
    atomic = False  # messages are many, and come in while the index is made

    dependencies = [("whatsapp", "0019_refused_messages"), ("tenants", "0002_text_search")]

    operations = [
        migrations.RunSQL("SET statement_timeout = 0", "RESET statement_timeout"),
        migrations.RunSQL(FUNCTIONS, DROP),
        AddIndexConcurrently(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func("tenant", "text", "content", function="recado_words_of"), name="message_words_of_tenant"
            ),
        ),
        RemoveIndexConcurrently(model_name="message", name="message_words"),
        # How frequent each word is, which a new index does not know by itself, decides how it is looked up.
        migrations.RunSQL("ANALYZE whatsapp_message", migrations.RunSQL.noop),
        migrations.RunSQL("RESET statement_timeout", "SET statement_timeout = 0"),
    ]
