"""From the text of keepalived.conf to logical lines: comments, `@id`, definitions, repetitions, includes."""
