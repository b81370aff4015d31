package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.estate.Login;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A database's definitions as pg_dump writes them, cut into entries by object: the second opinion
 * beside our own reading of the catalogues. The order of entries and of grants does not matter.
 */
public final class SchemaDump {
  private static final long LIMIT_BYTES = 256L << 20;
  private static final Pattern HEADER =
      Pattern.compile("-- Name: (.*); Type: (.*?); Schema: (.*?); Owner:.*");

  private SchemaDump() {}

  /**
   * Takes it.
   *
   * @param login with the database
   * @throws ActionFailed where pg_dump fails or writes more than 256 MB
   */
  public static Map<String, String> take(
      ClientPrograms programs, String doing, int major, Login login, String application, Stop stop)
      throws ActionFailed {
    try (var scratch = programs.scratch(application)) {
      var file = scratch.file("schema.sql");
      var arguments =
          List.of(
              "--schema-only",
              "--no-subscriptions",
              "--lock-wait-timeout=60s",
              "--encoding=UTF8",
              "--file=" + file,
              "--dbname=" + ClientPrograms.database(login.database()));
      var call =
          new ClientPrograms.Call(
              programs.find("pg_dump", major), login, application, arguments, Map.of());
      programs.run(doing, call, scratch, stop, () -> {});
      if (Files.size(file) > LIMIT_BYTES) {
        throw new ActionFailed(
            new Problem(doing, "the schema alone is over 256 MB.", "Compare it by hand."));
      }
      return entries(Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read the schema dump", unreadable);
    }
  }

  /** Entries by object: {@code TABLE members.member} to its statements. */
  static Map<String, String> entries(List<String> lines) {
    var entries = new TreeMap<String, List<String>>();
    var entry = new ArrayList<String>();
    var name = "preamble";
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      var header = HEADER.matcher(line);
      if (header.matches() && i > 0 && lines.get(i - 1).equals("--")) {
        entries.computeIfAbsent(name, it -> new ArrayList<>()).addAll(trimmed(entry));
        entry.clear();
        name = header.group(2) + " " + inSchema(header.group(3)) + header.group(1);
      } else {
        entry.add(line);
      }
    }
    entries.computeIfAbsent(name, it -> new ArrayList<>()).addAll(trimmed(entry));
    var texts = new TreeMap<String, String>();
    entries.forEach(
        (key, body) -> {
          if (key.startsWith("ACL ") || key.startsWith("DEFAULT ACL ")) {
            Collections.sort(body);
          }
          texts.put(key, String.join("\n", body));
        });
    return texts;
  }

  private static String inSchema(String schema) {
    return schema.equals("-") ? "" : schema + ".";
  }

  /**
   * Without what pg_dump writes between entries. A line inside one counts, an empty one too: it may
   * stand in a function's body or in a text.
   */
  private static List<String> trimmed(List<String> lines) {
    int from = 0;
    int to = lines.size();
    while (from < to && !counts(lines.get(from))) {
      from++;
    }
    while (to > from && !counts(lines.get(to - 1))) {
      to--;
    }
    return lines.subList(from, to);
  }

  /** Banners, session settings and restrict lines say nothing about the database. */
  private static boolean counts(String line) {
    return !line.isBlank()
        && !line.equals("--")
        && !line.startsWith("-- PostgreSQL database dump")
        && !line.startsWith("-- Dumped ")
        && !line.startsWith("\\restrict")
        && !line.startsWith("\\unrestrict")
        && !line.startsWith("SET default_");
  }
}
