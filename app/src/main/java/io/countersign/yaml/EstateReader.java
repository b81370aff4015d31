package io.countersign.yaml;

import io.countersign.estate.Estate;
import io.countersign.estate.NamedQuery;
import io.countersign.estate.SecretName;
import io.countersign.runbook.Complaint;
import io.countersign.runbook.Complaints;
import io.countersign.runbook.Near;
import io.countersign.runbook.Places;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one estate: text to an {@link Estate}, or all that is wrong with it. {@code ${env.NAME}}
 * may stand under secrets, restore, backups, azure and tls, nowhere else: what an estate is does
 * not change with the machine, only where things lie.
 */
public final class EstateReader {
  private static final List<String> KEYS =
      List.of(
          "estate",
          "title",
          "layout",
          "time-zone",
          "statuses",
          "status-ttl",
          "metadata-ttl",
          "canaries",
          "queue-schemas",
          "queues",
          "sequences",
          "after-restore",
          "restart",
          "registry",
          "secrets",
          "restore",
          "azure",
          "backups",
          "servers",
          "tls",
          "copy",
          "channel");

  private static final Set<String> OPTIONAL =
      Set.of("canaries", "queue-schemas", "azure", "backups", "servers", "tls", "copy", "channel");

  private static final Set<String> MAY_HAVE_VARIABLES =
      Set.of("secrets", "restore", "backups", "azure", "tls");

  /** The closed set of named queries and the parameters that each must use. */
  private static final Map<String, Set<String>> QUERIES =
      Map.of(
          "tenants", Set.of(),
          "tenant", Set.of("slug"),
          "server", Set.of("name"),
          "set-status", Set.of("slug", "expected", "wanted", "reason"),
          "invalidate", Set.of("id"),
          "audit", Set.of("id", "action", "actor", "detail", "key"));

  /**
   * Only a registry that says who may countersign, whose references are flipped, or in which
   * siblings of tenants are enrolled, has them.
   */
  private static final Map<String, Set<String>> OPTIONAL_QUERIES =
      Map.of(
          "roster",
          Set.of("role"),
          "set-reference",
          Set.of("slug", "expected_database", "expected_secret", "database", "secret"),
          "enrol",
          Set.of("slug", "display_name", "beside", "database", "secret", "status", "reason"),
          "withdraw",
          Set.of("slug", "database", "secret"));

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
  private static final Pattern CHANNEL = Pattern.compile("[CG][A-Z0-9]{4,30}");
  private static final Pattern TABLE =
      Pattern.compile("([a-z_][a-z0-9_]{0,62})\\.([a-z_][a-z0-9_]{0,62})");
  private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env\\.([A-Z][A-Z0-9_]*)}");
  private static final Duration LONGEST_TTL = Duration.ofHours(1);

  /** What reading gave. */
  public sealed interface Read {
    record Valid(Estate estate) implements Read {}

    /** In the file's order, never empty. */
    record Invalid(List<Complaint> complaints) implements Read {
      public Invalid {
        complaints = List.copyOf(complaints);
      }
    }
  }

  private final Function<String, Optional<String>> variables;
  private final Complaints complaints;

  private EstateReader(Function<String, Optional<String>> variables, Complaints complaints) {
    this.variables = variables;
    this.complaints = complaints;
  }

  /**
   * Reads an estate.
   *
   * @param file its name in complaints
   * @param variables the environment's variables by name
   */
  public static Read read(String file, String text, Function<String, Optional<String>> variables) {
    var complaints = new Complaints(file);
    var raw = RawReader.read(text, complaints);
    if (raw.isEmpty()) {
      return new Read.Invalid(complaints.sorted());
    }
    var reader = new EstateReader(variables, complaints);
    var estate = reader.estate(new Section(raw.get(), "", new Places(), complaints));
    raw.get()
        .entries()
        .forEach(
            (key, entry) -> {
              if (!MAY_HAVE_VARIABLES.contains(key)) {
                reader.noVariables(entry.value(), key);
              }
            });
    return complaints.isEmpty() ? new Read.Valid(estate) : new Read.Invalid(complaints.sorted());
  }

  private Estate estate(Section file) {
    file.closed(KEYS);
    KEYS.stream()
        .filter(it -> !OPTIONAL.contains(it))
        .filter(it -> !PolicyReader.KEYS.contains(it))
        .forEach(it -> file.needs(it, "Every estate says it; manifest/README.md shows how."));
    var sources = new SourceReader(file, this::path);
    return new Estate(
        shaped(file, "estate", NAME, "Use lower-case letters, digits and -."),
        file.word("title").orElse(""),
        file.word("layout").flatMap(it -> layout(file, it)).orElse(Estate.Layout.SINGLE_DATABASE),
        file.word("time-zone").flatMap(it -> zone(file, it)).orElse(ZoneOffset.UTC),
        statuses(file),
        ttl(file, "status-ttl"),
        ttl(file, "metadata-ttl"),
        file.each("canaries", EstateReader::table, "table", "Write schema.table."),
        file.each("queue-schemas", EstateReader::schema, "schema", "Write such as pg_boss."),
        PolicyReader.read(file),
        registry(file),
        sources.secrets(),
        sources.restore(),
        backups(file),
        NeighbourReader.read(file),
        CopyLimitReader.read(file),
        Optional.of(
                shaped(file, "channel", CHANNEL, "Write the id of a channel, such as C0123ABCD."))
            .filter(it -> !it.isEmpty()),
        sources.access());
  }

  private static String shaped(Section section, String key, Pattern shape, String form) {
    var word = section.word(key).orElse("");
    if (!word.isEmpty() && !shape.matcher(word).matches()) {
      section.complain(key, word + " is no name for " + key, form);
    }
    return word;
  }

  private static Optional<Estate.Layout> layout(Section file, String word) {
    var layouts = Arrays.asList(Estate.Layout.values());
    var found = layouts.stream().filter(it -> word(it).equals(word)).findFirst();
    if (found.isEmpty()) {
      file.complain(
          "layout",
          "no layout is called " + word,
          Near.hint(word, layouts.stream().map(EstateReader::word).toList()));
    }
    return found;
  }

  private static String word(Estate.Layout layout) {
    return layout.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Optional<ZoneId> zone(Section file, String word) {
    try {
      return Optional.of(ZoneId.of(word));
    } catch (DateTimeException unknown) {
      file.complain(
          "time-zone",
          "no time zone is called " + word,
          Near.names(word, ZoneId.getAvailableZoneIds()).isEmpty()
              ? "Write such as Europe/Madrid."
              : Near.hint(word, ZoneId.getAvailableZoneIds()));
      return Optional.empty();
    }
  }

  private static Estate.Statuses statuses(Section file) {
    var section = file.section("statuses");
    section.ifPresent(
        it ->
            it.closed(List.of("open", "frozen"))
                .needs("open", "Add the registry's word for a tenant in use.")
                .needs("frozen", "Add the registry's word for a tenant that is read-only."));
    var open = section.flatMap(it -> it.word("open")).orElse("");
    var frozen = section.flatMap(it -> it.word("frozen")).orElse("");
    if (!open.isEmpty() && open.equals(frozen)) {
      section.ifPresent(
          it ->
              it.complain("frozen", "frozen and open are the same word", "A freeze must be seen."));
    }
    return new Estate.Statuses(open, frozen);
  }

  private static Duration ttl(Section file, String key) {
    var ttl = file.duration(key).orElse(Duration.ZERO);
    if (ttl.compareTo(LONGEST_TTL) > 0) {
      file.complain(
          key,
          key + " " + Readings.written(ttl) + " is more than " + Readings.written(LONGEST_TTL),
          "A run waits this long; write how long the product's caches live.");
    }
    return ttl;
  }

  private static Optional<Estate.TableName> table(String word) {
    var parts = TABLE.matcher(word);
    return parts.matches()
        ? Optional.of(new Estate.TableName(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  private static Optional<String> schema(String word) {
    return SCHEMA.matcher(word).matches() ? Optional.of(word) : Optional.empty();
  }

  private Estate.RegistryQueries registry(Section file) {
    var section = file.section("registry");
    section.ifPresent(
        it ->
            it.closed(List.of("login", "queries"))
                .needs("login", "Add the name of the secret with the registry's login.")
                .needs("queries", "Add " + String.join(", ", new TreeSet<>(QUERIES.keySet()))));
    var login = section.flatMap(it -> it.word("login").flatMap(word -> secret(it, word)));
    var queries = section.flatMap(it -> it.section("queries"));
    return new Estate.RegistryQueries(
        login.orElse(new SecretName("")), queries.map(this::queries).orElse(Map.of()));
  }

  static Optional<SecretName> secret(Section section, String word) {
    if (Readings.read(ValueType.SECRET_NAME, word).orElse(null)
        instanceof Value.OfSecret(var name)) {
      return Optional.of(name);
    }
    section.complain(
        "login", word + " is no name of a secret", Readings.form(ValueType.SECRET_NAME));
    return Optional.empty();
  }

  private Map<String, String> queries(Section section) {
    var names = new TreeSet<>(QUERIES.keySet());
    var known = new TreeSet<>(names);
    known.addAll(OPTIONAL_QUERIES.keySet());
    section.closed(List.copyOf(known));
    var queries = new HashMap<String, String>();
    for (var name : names) {
      section.needs(name, "A registry answers to all of " + String.join(", ", names) + ".");
      section
          .word(name)
          .ifPresent(
              sql -> {
                parameters(section, name, sql, QUERIES.getOrDefault(name, Set.of()));
                queries.put(name, sql.strip());
              });
    }
    OPTIONAL_QUERIES.forEach(
        (name, wanted) ->
            section
                .word(name)
                .ifPresent(
                    sql -> {
                      parameters(section, name, sql, wanted);
                      queries.put(name, sql.strip());
                    }));
    return queries;
  }

  private static void parameters(Section section, String name, String sql, Set<String> wanted) {
    var used = NamedQuery.of(sql).names();
    var unknown = new TreeSet<>(used);
    unknown.removeAll(wanted);
    var missing = new TreeSet<>(wanted);
    missing.removeAll(used);
    if (unknown.isEmpty() && missing.isEmpty()) {
      return;
    }
    var said =
        (unknown.isEmpty() ? "" : " does not get :" + String.join(", :", unknown))
            + (unknown.isEmpty() || missing.isEmpty() ? "" : " and")
            + (missing.isEmpty() ? "" : " does not use :" + String.join(", :", missing));
    section.complain(
        name,
        "query " + name + said,
        wanted.isEmpty()
            ? "It gets no parameters."
            : "It gets and must use :" + String.join(", :", new TreeSet<>(wanted)) + ".");
  }

  private Optional<Estate.BackupFolder> backups(Section file) {
    var section = file.section("backups");
    section.ifPresent(
        it ->
            it.closed(List.of("folder", "parallel-from"))
                .needs("folder", "Add the folder in which backups are kept."));
    return section.map(
        it ->
            new Estate.BackupFolder(
                path(it, "folder"),
                CopyLimitReader.size(it, "parallel-from")
                    .orElse(Estate.BackupFolder.USUAL_PARALLEL_FROM)));
  }

  /** A word with its variables filled in; empty where the key is missing. */
  private String path(Section section, String key) {
    var text = section.word(key).orElse("");
    var unset = new TreeSet<String>();
    var path =
        VARIABLE
            .matcher(text)
            .replaceAll(
                it -> {
                  var value = variables.apply(it.group(1)).orElse("");
                  if (value.isBlank()) {
                    unset.add(it.group(1));
                  }
                  return Matcher.quoteReplacement(value);
                });
    if (!unset.isEmpty()) {
      section.complain(
          key,
          "the variable " + String.join(", ", unset) + " is not set",
          "Set it where the bot is started.");
    } else if (VARIABLE.matcher(text).replaceAll("").contains("${")) {
      section.complain(key, text + " is no path", "A variable is written ${env.NAME}.");
    }
    return path;
  }

  /** Complains about variables where none may stand. */
  private void noVariables(Raw raw, String key) {
    switch (raw) {
      case Raw.Word(var text, _, var at) -> {
        if (text.contains("${") && !complaints.anyAt(at)) {
          complaints.add(
              at,
              "no variable may stand under " + key,
              "Only secrets, restore, backups, azure and tls lie elsewhere on another machine.");
        }
      }
      case Raw.Items(var items, _) -> items.forEach(it -> noVariables(it, key));
      case Raw.Table(var entries, _) ->
          entries.forEach((_, entry) -> noVariables(entry.value(), key));
    }
  }
}
