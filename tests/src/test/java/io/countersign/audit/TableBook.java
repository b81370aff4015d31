package io.countersign.audit;

import io.countersign.support.OurDatabase;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All tables that are verified, copied into memory where they can be tampered with and verified
 * thousands of times: each row as its columns' JSON.
 */
final class TableBook implements AuditBook {
  static final List<String> TABLES =
      List.of(
          "run",
          "run_event",
          "gate",
          "vote",
          "step_attempt",
          "audit_read",
          "audit_anchor",
          "audit_link",
          "audit_head",
          "audit_anchor_head");

  final Map<String, List<SortedMap<String, String>>> tables = new TreeMap<>();
  private final Map<String, List<AuditRow>> rows = new HashMap<>();
  private final Map<String, List<Link>> links = new HashMap<>();

  static TableBook of(OurDatabase database) throws SQLException {
    var book = new TableBook();
    for (var table : TABLES) {
      book.tables.put(table, read(database, table));
    }
    return book;
  }

  private static List<SortedMap<String, String>> read(OurDatabase database, String table)
      throws SQLException {
    var rows = new ArrayList<SortedMap<String, String>>();
    try (var session = database.sql();
        var statement = session.createStatement()) {
      statement.execute("SET timezone = 'UTC'");
      try (var found =
          statement.executeQuery(
              "SELECT (SELECT array_agg(key ORDER BY key) FROM jsonb_each(to_jsonb(t))),"
                  + " (SELECT array_agg(value::text ORDER BY key) FROM jsonb_each(to_jsonb(t)))"
                  + " FROM countersign."
                  + table
                  + " t ORDER BY to_jsonb(t)::text")) {
        while (found.next()) {
          var names = (String[]) found.getArray(1).getArray();
          var values = (String[]) found.getArray(2).getArray();
          var row = new TreeMap<String, String>();
          for (int i = 0; i < names.length; i++) {
            row.put(names[i], values[i]);
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  /** One that can be tampered with. */
  TableBook copy() {
    var copy = new TableBook();
    tables.forEach(
        (name, found) ->
            copy.tables.put(
                name,
                found.stream()
                    .<SortedMap<String, String>>map(TreeMap::new)
                    .collect(Collectors.toCollection(ArrayList::new))));
    return copy;
  }

  /** A row as one JSON object. */
  static String json(Map<String, String> row) {
    return row.entrySet().stream()
        .map(it -> '"' + it.getKey() + "\": " + it.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  static String text(Map<String, String> row, String column) {
    var json = row.getOrDefault(column, "null");
    return json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
  }

  List<SortedMap<String, String>> table(String name) {
    return tables.getOrDefault(name, List.of());
  }

  /** What was tampered with is sorted into chains anew. */
  TableBook ready() {
    rows.clear();
    links.clear();
    for (var source : TABLES.subList(0, 7)) {
      for (var row : table(source)) {
        var chain = chain(source, row);
        rows.computeIfAbsent(chain, _ -> new ArrayList<>())
            .add(new AuditRow(source, chain, key(source, row), row));
      }
    }
    for (var row : table("audit_link")) {
      links.computeIfAbsent(text(row, "chain"), _ -> new ArrayList<>()).add(link(row));
    }
    links.values().forEach(it -> it.sort(java.util.Comparator.comparingLong(Link::n)));
    return this;
  }

  static String key(String source, Map<String, String> row) {
    return switch (source) {
      case "run_event" -> text(row, "seq");
      case "vote" -> text(row, "gate") + "/" + text(row, "person");
      case "step_attempt" -> text(row, "step") + "/" + text(row, "attempt");
      case "audit_anchor" -> text(row, "number");
      default -> text(row, "id");
    };
  }

  private String chain(String source, Map<String, String> row) {
    return switch (source) {
      case "run" -> text(row, "id");
      case "audit_read" -> READS;
      case "audit_anchor" -> ANCHORS;
      case "vote" ->
          table("gate").stream()
              .filter(it -> text(it, "id").equals(text(row, "gate")))
              .map(it -> text(it, "run"))
              .findFirst()
              .orElse("");
      default -> text(row, "run");
    };
  }

  static Link link(Map<String, String> row) {
    var columns = row.getOrDefault("columns", "[]");
    return new Link(
        text(row, "chain"),
        Long.parseLong(text(row, "n")),
        text(row, "source"),
        text(row, "row_key"),
        Arrays.stream(columns.substring(1, columns.length() - 1).split(", ", -1))
            .map(it -> it.replace("\"", ""))
            .toList(),
        text(row, "row_hash"),
        text(row, "previous"),
        ChronoUnit.MICROS.between(
            java.time.Instant.EPOCH, OffsetDateTime.parse(text(row, "at")).toInstant()),
        text(row, "hash"));
  }

  @Override
  public SortedSet<String> chains() {
    var chains = new TreeSet<>(rows.keySet());
    chains.addAll(links.keySet());
    table("audit_head").forEach(it -> chains.add(text(it, "chain")));
    table("audit_anchor_head").forEach(it -> chains.add(text(it, "chain")));
    return chains;
  }

  @Override
  public Chapter chapter(String chain) {
    return new Chapter(
        chain,
        rows.getOrDefault(chain, List.of()),
        links.getOrDefault(chain, List.of()),
        table("audit_head").stream()
            .filter(it -> text(it, "chain").equals(chain))
            .map(TableBook::head)
            .findFirst(),
        events(chain));
  }

  private static Head head(Map<String, String> row) {
    return new Head(
        text(row, "chain"),
        Long.parseLong(text(row, "n")),
        text(row, "hash"),
        Long.parseLong(text(row, "anchored")));
  }

  private OptionalLong events(String chain) {
    Optional<Long> seq =
        table("run").stream()
            .filter(it -> text(it, "id").equals(chain))
            .map(it -> Long.parseLong(text(it, "seq")))
            .findFirst();
    return seq.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  @Override
  public List<Anchor> anchors() {
    return table("audit_anchor").stream()
        .map(TableBook::anchor)
        .sorted(java.util.Comparator.comparingLong(Anchor::number))
        .toList();
  }

  static Anchor anchor(Map<String, String> row) {
    return new Anchor(
        Long.parseLong(text(row, "number")),
        text(row, "occasion"),
        text(row, "previous"),
        text(row, "heads"),
        Long.parseLong(text(row, "chains")),
        Long.parseLong(text(row, "links")),
        OffsetDateTime.parse(text(row, "at")).toInstant(),
        text(row, "hash"));
  }

  @Override
  public List<Anchor.AnchoredHead> anchoredHeads() {
    return table("audit_anchor_head").stream()
        .map(
            it ->
                new Anchor.AnchoredHead(
                    Long.parseLong(text(it, "anchor")),
                    text(it, "chain"),
                    Long.parseLong(text(it, "n")),
                    text(it, "hash")))
        .toList();
  }
}
