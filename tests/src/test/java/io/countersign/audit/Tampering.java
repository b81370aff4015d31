package io.countersign.audit;

import static io.countersign.audit.TableBook.text;

import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** One random act of somebody who can write to the database past its triggers. */
final class Tampering {
  /** Which kind of act. */
  enum Kind {
    CHANGE_A_COLUMN,
    DELETE_A_ROW,
    SWAP_TWO_VALUES,
    INSERT_A_FORGED_ROW,
    CUT_THE_TAIL_OF_A_RUN,
    DELETE_A_RUN,
    REWRITE_A_CHAIN
  }

  private static final List<Kind> KINDS = List.of(Kind.values());
  private final TableBook book;
  private final RandomGenerator random;

  /** What was done, for whoever reads a failure. */
  String told = "";

  /** The table that was touched, where it is one. */
  String table = "";

  Tampering(TableBook book, RandomGenerator random) {
    this.book = book;
    this.random = random;
  }

  /** Does something. */
  void act() {
    // most acts touch one row; the rare ones take a whole chain along
    int dice = random.nextInt(100);
    act(
        KINDS.get(
            dice < 55
                ? 0
                : dice < 65
                    ? 1
                    : dice < 75 ? 2 : dice < 85 ? 3 : dice < 90 ? 4 : dice < 95 ? 5 : 6));
  }

  void act(Kind kind) {
    boolean done = false;
    while (!done) {
      done =
          switch (kind) {
            case CHANGE_A_COLUMN -> change();
            case DELETE_A_ROW -> delete();
            case SWAP_TWO_VALUES -> swap();
            case INSERT_A_FORGED_ROW -> forge();
            case CUT_THE_TAIL_OF_A_RUN -> cut();
            case DELETE_A_RUN -> erase();
            case REWRITE_A_CHAIN -> rewrite();
          };
    }
    told = kind + ": " + told;
  }

  private SortedMap<String, String> anyRow() {
    table = TableBook.TABLES.get(random.nextInt(TableBook.TABLES.size()));
    var rows = book.table(table);
    return rows.get(random.nextInt(rows.size()));
  }

  private String anyColumn(SortedMap<String, String> row) {
    var names = List.copyOf(row.keySet());
    return names.get(random.nextInt(names.size()));
  }

  /** The columns that count the work of a run that goes on say nothing about what happened. */
  private boolean uncovered(Map<String, String> row, String column) {
    return table.equals("run")
        && text(row, "ended_at").equals("null")
        && Set.of("epoch", "halted").contains(column);
  }

  private boolean change() {
    var row = anyRow();
    var column = anyColumn(row);
    if (uncovered(row, column)) {
      return false;
    }
    var before = row.getOrDefault(column, "");
    row.put(column, other(before));
    told = table + "." + column + " " + before + " -> " + row.get(column);
    return true;
  }

  private boolean delete() {
    var row = anyRow();
    book.table(table).remove(row);
    told = table + " " + row;
    return true;
  }

  private boolean swap() {
    var one = anyRow();
    var two = book.table(table).get(random.nextInt(book.table(table).size()));
    var column = anyColumn(one);
    if (one.getOrDefault(column, "").equals(two.getOrDefault(column, ""))
        || uncovered(one, column)
        || uncovered(two, column)) {
      return false;
    }
    var before = one.getOrDefault(column, "");
    one.put(column, two.getOrDefault(column, ""));
    two.put(column, before);
    told = table + "." + column + " of " + one + " and " + two;
    return true;
  }

  private boolean forge() {
    var forged = new TreeMap<String, String>(anyRow());
    switch (table) {
      case "run_event", "audit_link", "audit_anchor_head" -> {
        var number = table.equals("run_event") ? "seq" : "n";
        forged.put(number, Long.toString(1000 + random.nextInt(9)));
        if (table.equals("audit_anchor_head")) {
          forged.put("chain", "\"0000000" + random.nextInt(9) + '"');
        }
      }
      case "audit_anchor" -> forged.put("number", Long.toString(1 + book.table(table).size()));
      case "audit_head" -> forged.put("chain", "\"0000000" + random.nextInt(9) + '"');
      case "vote" -> forged.put("person", "\"T0DEMO/U0MALLORY" + random.nextInt(9) + '"');
      case "step_attempt" -> forged.put("attempt", Integer.toString(50 + random.nextInt(9)));
      case "run" -> forged.put("id", "\"0000000" + random.nextInt(9) + '"');
      default ->
          forged.put("id", "\"00000000-0000-4000-8000-00000000000" + random.nextInt(9) + '"');
    }
    book.table(table).add(forged);
    told = table + " " + forged;
    return true;
  }

  private List<SortedMap<String, String>> linksOf(String chain) {
    return book.table("audit_link").stream()
        .filter(it -> text(it, "chain").equals(chain))
        .sorted(java.util.Comparator.comparingLong(it -> Long.parseLong(text(it, "n"))))
        .toList();
  }

  private String anyRun() {
    var runs = book.table("run");
    return text(runs.get(random.nextInt(runs.size())), "id");
  }

  /** Everything after some link goes, and whoever does it tidies up after himself. */
  private boolean cut() {
    var chain = anyRun();
    var links = linksOf(chain);
    int kept = 1 + random.nextInt(links.size() - 1);
    for (var link : links.subList(kept, links.size())) {
      remove(chain, link);
    }
    var last = links.get(kept - 1);
    var head = headOf(chain);
    head.put("n", text(last, "n"));
    head.put("hash", last.getOrDefault("hash", ""));
    head.put("anchored", text(last, "n"));
    long events =
        book.table("run_event").stream().filter(it -> text(it, "run").equals(chain)).count();
    book.table("run").stream()
        .filter(it -> text(it, "id").equals(chain))
        .forEach(it -> it.put("seq", Long.toString(events)));
    told = "run " + chain + " after link " + kept + " of " + links.size();
    return true;
  }

  private void remove(String chain, SortedMap<String, String> link) {
    book.table("audit_link").remove(link);
    var source = text(link, "source");
    if (!source.equals("run")) {
      book.table(source)
          .removeIf(
              it ->
                  TableBook.key(source, it).equals(text(link, "row_key"))
                      && (source.equals("vote")
                          || source.equals("gate")
                          || text(it, "run").equals(chain)));
    }
  }

  private SortedMap<String, String> headOf(String chain) {
    return book.table("audit_head").stream()
        .filter(it -> text(it, "chain").equals(chain))
        .findFirst()
        .orElseThrow();
  }

  /** A run as if it had never been. */
  private boolean erase() {
    var chain = anyRun();
    linksOf(chain).forEach(it -> remove(chain, it));
    book.table("run").removeIf(it -> text(it, "id").equals(chain));
    book.table("audit_head").removeIf(it -> text(it, "chain").equals(chain));
    told = "run " + chain;
    return true;
  }

  /** An event is changed, and every hash of its chain made anew. */
  private boolean rewrite() {
    var chain = anyRun();
    var events =
        book.table("run_event").stream().filter(it -> text(it, "run").equals(chain)).toList();
    var event = events.get(random.nextInt(events.size()));
    event.put("body", other(event.getOrDefault("body", "")));
    var row = new AuditRow("run_event", chain, text(event, "seq"), event);
    var previous = Written.NOTHING;
    for (var stored : linksOf(chain)) {
      stored.put("previous", '"' + previous + '"');
      if (text(stored, "source").equals("run_event") && text(stored, "row_key").equals(row.key())) {
        stored.put("row_hash", '"' + row.hash(TableBook.link(stored).columns()) + '"');
      }
      previous = TableBook.link(stored).computed();
      stored.put("hash", '"' + previous + '"');
    }
    headOf(chain).put("hash", '"' + previous + '"');
    if (random.nextBoolean()) {
      linksOf(chain).forEach(it -> anchorAlso(chain, it));
    }
    told = "event " + row.key() + " of run " + chain;
    return true;
  }

  /** What the anchors hold of this link is made to fit. */
  private void anchorAlso(String chain, SortedMap<String, String> link) {
    book.table("audit_anchor_head").stream()
        .filter(it -> text(it, "chain").equals(chain) && text(it, "n").equals(text(link, "n")))
        .forEach(it -> it.put("hash", link.getOrDefault("hash", "")));
  }

  /** Another value of the same kind. */
  private String other(String json) {
    if (json.equals("null")) {
      return "\"planted\"";
    }
    if (json.equals("true") || json.equals("false")) {
      return json.equals("true") ? "false" : "true";
    }
    if (json.matches("-?[0-9]+")) {
      return Long.toString(Long.parseLong(json) + 1 + random.nextInt(5));
    }
    if (json.matches("\"\\d{4}-\\d\\d-\\d\\dT.*\"")) {
      var at = OffsetDateTime.parse(json.substring(1, json.length() - 1));
      return '"' + at.plusNanos(1000L * (1 + random.nextInt(1_000_000))).toString() + '"';
    }
    return otherSign(json);
  }

  private String otherSign(String json) {
    var places = new HashMap<Integer, Character>();
    for (int i = 0; i < json.length(); i++) {
      if (Character.isLetterOrDigit(json.charAt(i)) && (i == 0 || json.charAt(i - 1) != '\\')) {
        places.put(i, json.charAt(i));
      }
    }
    if (places.isEmpty()) {
      return json.startsWith("\"")
          ? "\"planted\""
          : json.startsWith("[") ? "[\"planted\"]" : "{\"planted\": 1}";
    }
    int place = List.copyOf(places.keySet()).get(random.nextInt(places.size()));
    char other = "0123456789abcdef".charAt(random.nextInt(16));
    return json.charAt(place) == other
        ? otherSign(json)
        : json.substring(0, place) + other + json.substring(place + 1);
  }
}
