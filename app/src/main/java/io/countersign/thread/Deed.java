package io.countersign.thread;

import io.countersign.Bytes;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The words of a card for what one gated step does: what is asked, what is lost, how to undo it.
 */
final class Deed {
  private final Step step;
  private final RunSpec spec;
  private final Fate fate;
  private final Map<String, String> order;
  private final Instant now;

  /**
   * @param order the facts of the order, by their full names
   */
  Deed(Step step, RunSpec spec, Fate fate, Map<String, String> order, Instant now) {
    this.step = step;
    this.spec = spec;
    this.fate = fate;
    this.order = order;
    this.now = now;
  }

  /** The whole question, without what happens if nobody answers. */
  Line question() {
    return switch (step.action()) {
      case "database.drop" ->
          Line.of("May " + dropped() + size() + " be dropped for ever?").line(past());
      case "sibling.drop" ->
          Line.of(
                  "May "
                      + named("intent.sibling.slug", "the sibling")
                      + size()
                      + " be removed for ever?")
              .line(sibling());
      case "snapshot.drop" ->
          Line.of(
                  "May the snapshot "
                      + named("intent.database.name", "of " + tenant())
                      + size()
                      + " be removed for ever?")
              .line(snapshot());
      case "database.swap", "reference.flip" -> asking(swap());
      case "database.swap-back", "reference.flip-back" -> asking(swapBack());
      default ->
          asking(
              Line.of(
                  "let "
                      + spec.runbook()
                      + " go on for "
                      + tenant()
                      + " with its destructive step "
                      + step.id()
                      + " ("
                      + step.action()
                      + ")"));
    };
  }

  private Line asking(Line act) {
    return (spec.schedule().isPresent() ? Line.of("On its own, ") : Line.EMPTY)
        .line(Texts.asker(spec))
        .text(" asks you to ")
        .line(act)
        .text(".");
  }

  private Line swap() {
    var replace = Line.of("replace " + tenant() + "'s live database by ");
    return state()
        .map(it -> replace.text(it.of()).line(Texts.moment(it.at(), now)))
        .orElseGet(() -> replace.text("the restored one"))
        .text(loss());
  }

  /** Which past becomes live. */
  private record State(String of, Instant at) {}

  private Optional<State> state() {
    if (spec.parameters().get("to") instanceof Value.Moment(var to)) {
      return Optional.of(new State("its state of ", to));
    }
    for (var value : spec.parameters().values()) {
      if (value instanceof Value.OfBackup(var backup)) {
        return backup.at().map(it -> new State("its backup of ", it));
      }
    }
    return Optional.empty();
  }

  /** What leaves the live database, where it was counted. */
  private String loss() {
    var compared = List.of("database.compare", "backup.compare");
    if (!(fate.made(compared, List.of("go")).orElse(null) instanceof Value.Int(var rows))) {
      return "";
    }
    return rows == 0
        ? "; no row that is there now goes"
        : "; "
            + Texts.count(rows, "row that is", "rows that are")
            + " there now "
            + (rows == 1 ? "goes" : "go");
  }

  private Line swapBack() {
    var line =
        Line.of(
            "roll "
                + tenant()
                + " back: its live database by "
                + named("intent.back.name", "kept"));
    return since()
        .map(
            it ->
                line.text(", which was live until ")
                    .line(Texts.moment(it, now))
                    .text("; " + lost()))
        .orElse(line);
  }

  /** What leaves the live database or changes there, where it was counted. */
  private String lost() {
    var compared = List.of("database.compare-kept");
    if (!(fate.made(compared, List.of("go")).orElse(null) instanceof Value.Int(var go))
        || !(fate.made(compared, List.of("change")).orElse(null)
            instanceof Value.Int(var change))) {
      return "what was written since then goes";
    }
    var goes =
        go == 0
            ? "no row that is there now goes"
            : Texts.count(go, "row that is", "rows that are")
                + " there now "
                + (go == 1 ? "goes" : "go");
    var changes =
        change == 0 ? "" : String.format(Locale.ENGLISH, " and %,d", change) + changing(change);
    return goes + changes + (go + change == 0 ? "" : ", what was written since then among them");
  }

  private static String changing(long rows) {
    return rows == 1 ? " changes" : " change";
  }

  private Optional<Instant> since() {
    return spec.pinned().get("tenant.kept-since") instanceof Value.Moment(var at)
        ? Optional.of(at)
        : Optional.empty();
  }

  private Line past() {
    return spec.parameters().get("live-until") instanceof Value.Moment(var until)
        ? Line.of(" It was " + tenant() + "'s live database until ")
            .line(Texts.moment(until, now))
            .text(".")
        : Line.EMPTY;
  }

  private String size() {
    return fate.made(List.of("database.unused", "sibling.look", "snapshot.look"), List.of("bytes"))
                .orElse(null)
            instanceof Value.Int(var bytes)
        ? " (" + Bytes.shown(bytes) + ")"
        : "";
  }

  private Line snapshot() {
    var lives = tenant() + " itself lives in another database.";
    return spec.parameters().get("as-of") instanceof Value.Moment(var at)
        ? Line.of(" It holds " + tenant() + " as of ")
            .line(Texts.moment(at, now))
            .text(", to be read only; " + lives)
        : Line.of(" " + lives);
  }

  private Line sibling() {
    return Line.of(
        " It was restored from a backup of "
            + tenant()
            + " and stands beside it; "
            + tenant()
            + " itself lives in another database.");
  }

  private String dropped() {
    return named("intent.database.name", "the kept database");
  }

  /** What is changed, kept and destroyed, by name, OID and size. */
  Optional<Line> bodies() {
    return switch (step.action()) {
      case "database.swap" -> bodies("restored");
      case "database.swap-back" -> bodies("back");
      case "reference.flip" -> leads("restored");
      case "reference.flip-back" -> leads("back");
      default -> Optional.empty();
    };
  }

  private Optional<Line> bodies(String role) {
    var name = order.get("intent." + role + ".name");
    if (name == null) {
      return Optional.empty();
    }
    return Optional.of(
        Line.of(
            "Becomes live: "
                + name
                + body("intent." + role + ".oid", List.of("restored-bytes", "kept-bytes"))
                + " · kept, closed: "
                + named("intent.live.name", "the live one")
                + body("intent.live.oid", List.of("live-bytes"))
                + " · destroyed: nothing"));
  }

  /** Where the names stay and the reference goes. */
  private Optional<Line> leads(String role) {
    var name = order.get("intent." + role + ".name");
    if (name == null) {
      return Optional.empty();
    }
    return Optional.of(
        Line.of(
            "Leads "
                + tenant()
                + " to "
                + name
                + body("intent." + role + ".oid", List.of("restored-bytes", "kept-bytes"))
                + " by the secret "
                + named("intent." + role + ".secret", "in the order")
                + " · closed, kept: "
                + named("intent.live.name", "the live one")
                + body("intent.live.oid", List.of("live-bytes"))
                + " · destroyed: nothing"));
  }

  /** What happens if the bot dies in the very moment; a swap has no such moment. */
  Optional<Line> moment() {
    return switch (step.action()) {
      case "reference.flip", "reference.flip-back" ->
          Optional.of(
              Line.of(
                  "Nobody reaches "
                      + tenant()
                      + " for a fraction of a second. If I die in just that moment, it stays closed"
                      + " until a bot runs again"));
      default -> Optional.empty();
    };
  }

  private String body(String oid, List<String> bytes) {
    var size =
        fate.made(Evidence.COMPARING, bytes).orElse(null) instanceof Value.Int(var it)
            ? ", " + Bytes.shown(it)
            : "";
    return " (OID " + named(oid, "unknown") + size + ")";
  }

  /** What is lost at once, and how to undo it. */
  Optional<Line> undo() {
    return switch (step.action()) {
      case "database.swap", "reference.flip" ->
          Optional.of(
              Line.of(
                  "What is lost: nothing at once. The database that is live now stays, closed, as "
                      + named("intent.kept.name", "it is named in the order")
                      + ". Undo: /tenant-rollback "
                      + tenant()));
      case "database.swap-back", "reference.flip-back" ->
          Optional.of(
              Line.of(
                  "What is lost: nothing at once. The database that is live now stays, closed, as "
                      + named("intent.kept.name", "it is named in the order")
                      + ". Undo: /tenant-rollback "
                      + tenant()
                      + " again"));
      case "sibling.drop" ->
          Optional.of(
              Line.of(
                  "What is lost: the database "
                      + named("intent.database.name", "of the sibling")
                      + ", OID "
                      + named("intent.database.oid", "unknown")
                      + ", its row in the registry and its secret, for ever. The backup stays; "
                      + tenant()
                      + " is not touched"));
      case "snapshot.drop" ->
          Optional.of(
              Line.of(
                  "What is lost: the database "
                      + named("intent.database.name", "of the snapshot")
                      + ", OID "
                      + named("intent.database.oid", "unknown")
                      + ", the role that reads it and its secret, for ever. "
                      + tenant()
                      + " is not touched"));
      case "database.drop" ->
          Optional.of(
              Line.of(
                  "What is lost: this database, OID "
                      + named("intent.database.oid", "unknown")
                      + ", for ever. After this, /tenant-rollback cannot go back to it. "
                      + tenant()
                      + "'s live database is another one and is not touched"
                      + (order.containsKey("intent.drop.secret")
                          ? ". The secret "
                              + named("intent.drop.secret", "")
                              + ", which leads to it alone, goes too"
                          : "")));
      default -> Optional.empty();
    };
  }

  /** What the button says: the act itself. */
  String approve() {
    return switch (step.action()) {
      case "database.swap" -> "Approve the swap";
      case "reference.flip" -> "Approve the flip";
      case "database.swap-back", "reference.flip-back" -> "Approve the rollback";
      case "database.drop", "sibling.drop", "snapshot.drop" -> "Approve and type…";
      default -> "Approve " + step.id();
    };
  }

  /** The harmless way out, where the run was not asked for by anybody who waits for it. */
  Optional<String> keep() {
    return Fate.DROPS.contains(step.action()) ? Optional.of("Keep it for now") : Optional.empty();
  }

  private String named(String fact, String otherwise) {
    return order.getOrDefault(fact, otherwise);
  }

  private String tenant() {
    return spec.tenant().slug();
  }
}
