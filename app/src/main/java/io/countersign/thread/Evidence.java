package io.countersign.thread;

import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What earlier steps measured, as sentences for somebody who has to decide. */
final class Evidence {
  /** The actions that count what would change for the tenant, with outputs of the same names. */
  static final List<String> COMPARING =
      List.of("database.compare", "database.compare-kept", "backup.compare");

  private final Runbook runbook;
  private final Map<String, Map<String, Value>> outputs;
  private final Map<String, String> said;

  /**
   * @param outputs of the steps that are done, by step id
   * @param said what those steps said when they were done, by step id
   */
  Evidence(Runbook runbook, Map<String, Map<String, Value>> outputs, Map<String, String> said) {
    this.runbook = runbook;
    this.outputs = outputs;
    this.said = said;
  }

  List<Line> sentences() {
    var lines = new ArrayList<Line>();
    balance().ifPresent(lines::add);
    tables().ifPresent(lines::add);
    since().ifPresent(lines::add);
    parity().ifPresent(lines::add);
    moment().ifPresent(lines::add);
    backup().ifPresent(lines::add);
    queues().ifPresent(lines::add);
    numbers().ifPresent(lines::add);
    erasures().ifPresent(lines::add);
    command().ifPresent(lines::add);
    sessions().ifPresent(lines::add);
    unused().ifPresent(lines::add);
    apart().ifPresent(lines::add);
    return lines;
  }

  /** How many rows come back, go and change; by primary key, counts only. */
  private Optional<Line> balance() {
    var comes = compared("come-back");
    var goes = compared("go");
    var changes = compared("change");
    if (comes.isEmpty() || goes.isEmpty() || changes.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Line.of(
            "Comes back: "
                + Texts.count(comes.get(), "row", "rows")
                + " · goes: "
                + Texts.count(goes.get(), "row", "rows")
                + " · changes: "
                + Texts.count(changes.get(), "row", "rows")));
  }

  /** Before a rollback: what the counts cannot tell apart. */
  private Optional<Line> since() {
    boolean differs =
        List.of("come-back", "go", "change").stream().anyMatch(it -> compared(it).orElse(0L) > 0);
    return counting() && differs ? Optional.of(Line.of(since(cutover()))) : Optional.empty();
  }

  private static String since(String cutover) {
    return "What goes was written since the "
        + cutover
        + " or came back with it; what comes back was deleted since the "
        + cutover
        + " or went with it. Both databases stay, so nothing is lost for good";
  }

  /** What the run does, or takes back: a swap or a flip. */
  private String cutover() {
    return has("reference.flip") || has("reference.flip-back") ? "flip" : "swap";
  }

  /** Whether this is about a kept database, not about a copy. */
  private boolean counting() {
    return has("database.compare-kept");
  }

  private boolean has(String action) {
    return runbook.steps().stream().anyMatch(it -> it.action().equals(action));
  }

  private Optional<Line> parity() {
    var tables = count("database.compare", "tables");
    var verdict = value("database.compare", "verdict").map(Names::of);
    var sentence = saidBy("database.compare");
    var text =
        verdict
            .map(
                it ->
                    "The copy compared with its source: "
                        + Texts.clause(it)
                        + tables.map(n -> ", " + Texts.count(n, "table", "tables")).orElse(""))
            .or(() -> sentence.map(Texts::clause));
    return text.map(it -> Line.of(it));
  }

  private Optional<Line> moment() {
    return value("server.restore", "exactness")
        .or(() -> value("server.restore-latest", "exactness"))
        .map(Names::of)
        .or(() -> saidBy("server.restore"))
        .map(it -> Texts.told("Point in time: " + Texts.clause(it)));
  }

  /** What was restored, and how it was found. */
  private Optional<Line> backup() {
    return value("backup.compare", "verdict")
        .map(Names::of)
        .map(
            verdict ->
                Texts.told(
                    "The backup "
                        + value("backup.check", "backup").map(Evidence::id).orElse("")
                        + ", unchanged since it was verified: "
                        + Texts.clause(verdict)
                        + count("backup.compare", "tables")
                            .map(n -> ", " + Texts.count(n, "table", "tables"))
                            .orElse("")));
  }

  /** When it was taken stands in the question. */
  private static String id(Value backup) {
    return backup instanceof Value.OfBackup(var ref) ? ref.id() : backup.shown();
  }

  /** The tables in which most rows differ; the rest is in the file. */
  private Optional<Line> tables() {
    var all = Overflow.lines(runbook, outputs, "rows-by-table");
    if (all.isEmpty()) {
      return Optional.empty();
    }
    var first =
        all.stream().limit(Overflow.ON_CARD).map(Evidence::table).collect(Collectors.joining("; "));
    int more = all.size() - Overflow.ON_CARD;
    return Optional.of(
        Line.of(
            "By table: "
                + first
                + (more > 0
                    ? "; and " + Texts.count(more, "table", "tables") + " more, in the file below"
                    : "")));
  }

  /** {@code 12 0 3 members.claim} as "members.claim 12 back, 3 change". */
  private static String table(String line) {
    var parts = line.split(" ", 4);
    if (parts.length < 4) {
      return line;
    }
    var said = new ArrayList<String>();
    var words = List.of("back", "go", "change");
    for (int i = 0; i < words.size(); i++) {
      if (!parts[i].equals("0") && parts[i].matches("[0-9]{1,18}")) {
        said.add(
            String.format(Locale.ENGLISH, "%,d", Long.parseLong(parts[i])) + " " + words.get(i));
      }
    }
    return parts[3] + " " + String.join(", ", said);
  }

  private Optional<Line> queues() {
    if (counting()) {
      return compared("queue-jobs").map(this::waiting);
    }
    var policy = value("database.queues", "policy").map(Names::of).orElse("");
    return compared("queue-jobs")
        .map(
            it ->
                Line.of(
                    it == 0
                        ? "Jobs that would run again: none" + did(policy)
                        : Texts.count(it, "job", "jobs")
                            + " that the live queue is through with "
                            + switch (policy) {
                              case "discard", "keep-live" -> "would run again" + did(policy);
                              default -> (it == 1 ? "runs" : "run") + " again";
                            }));
  }

  /** The kept database's queue comes back as it is, and nobody knows which jobs have run since. */
  private Line waiting(long jobs) {
    return Line.of(
        jobs == 0
            ? "Jobs that would run again: none"
            : Texts.count(jobs, "job", "jobs")
                + (jobs == 1 ? " waits" : " wait")
                + " in the kept database and not in the live one: "
                + (jobs == 1 ? "it runs" : "they run")
                + " after the "
                + cutover()
                + ", again where "
                + (jobs == 1 ? "it has" : "they have")
                + " run before");
  }

  private static String did(String policy) {
    return switch (policy) {
      case "discard" -> "; the copy's queue was emptied";
      case "keep-live" -> "; the copy has the live queue instead";
      default -> "";
    };
  }

  private Optional<Line> numbers() {
    return compared("numbers-again")
        .map(
            it ->
                Line.of(
                    it == 0
                        ? "Numbers that would be given again: none"
                        : Texts.count(it, "number", "numbers")
                            + " given since "
                            + ahead()
                                .map(how -> "would be given again; " + how)
                                .orElse((it == 1 ? "is" : "are") + " given again")));
  }

  /** Where sequences go on behind the numbers that were given: how. */
  private Optional<String> ahead() {
    if (keeps(value("database.sequences", "policy"))) {
      return Optional.of("the copy's sequences go on behind them");
    }
    return has("database.keep-ahead") && keeps(value("database.compare-kept", "sequences"))
        ? Optional.of("the sequences are moved on behind them right after the " + cutover())
        : Optional.empty();
  }

  private static boolean keeps(Optional<Value> policy) {
    return policy.map(Names::of).orElse("").equals("keep-ahead");
  }

  /** Rows that only the copy has were deleted since; nobody else can tell which were erasures. */
  private Optional<Line> erasures() {
    return compared("come-back")
        .filter(it -> it > 0)
        .map(
            it ->
                Line.of(
                    "Rows deleted since the "
                        + (counting() ? cutover() : "moment")
                        + " return, "
                        + String.format(Locale.ENGLISH, "%,d", it)
                        + (counting() ? " at most" : " in all")
                        + ": an erasure among them has to be done again"));
  }

  private Optional<Line> sessions() {
    return COMPARING.stream()
        .flatMap(it -> value(it, "sessions").stream())
        .findFirst()
        .map(it -> Line.of("Connected to the live database when it was compared: " + Names.of(it)));
  }

  private Optional<Line> command() {
    return value("database.after-restore", "command")
        .map(Names::of)
        .filter(it -> !it.equals("none"))
        .map(it -> Line.of("Ran on the copy after it was compared: ").code(it));
  }

  private Optional<Line> unused() {
    return value("database.unused", "verdict")
        .map(it -> Line.of("It is " + Texts.clause(Names.of(it))));
  }

  private Optional<Line> apart() {
    return Stream.of("sibling.look", "snapshot.look").flatMap(it -> apart(it).stream()).findFirst();
  }

  private Optional<Line> apart(String look) {
    return value(look, "verdict")
        .map(
            it ->
                Line.of(
                    "It was looked at: "
                        + Texts.clause(Names.of(it))
                        + value(look, "sessions")
                            .map(who -> "; connected to it: " + Names.of(who))
                            .orElse("")));
  }

  private Optional<Long> compared(String output) {
    return COMPARING.stream().flatMap(it -> count(it, output).stream()).findFirst();
  }

  private Optional<Long> count(String action, String output) {
    return value(action, output)
        .flatMap(it -> it instanceof Value.Int(var n) ? Optional.of(n) : Optional.empty());
  }

  private Optional<Value> value(String action, String output) {
    return runbook.steps().stream()
        .filter(it -> it.action().equals(action))
        .flatMap(it -> Optional.ofNullable(outputs.get(it.id())).stream())
        .flatMap(it -> Optional.ofNullable(it.get(output)).stream())
        .findFirst();
  }

  private Optional<String> saidBy(String action) {
    return runbook.steps().stream()
        .filter(it -> it.action().equals(action))
        .flatMap(it -> Optional.ofNullable(said.get(it.id())).stream())
        .filter(it -> !it.isBlank())
        .findFirst();
  }
}
