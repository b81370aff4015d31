package io.countersign.store;

import java.util.Arrays;
import java.util.List;

/**
 * Everything that the login of a serving bot may do in the schema, and why. What is not listed here
 * it cannot do: above all change or remove events and votes, empty a table, or switch a trigger
 * off.
 */
public final class Grants {
  private Grants() {}

  /**
   * One right on a table.
   *
   * @param columns empty means the whole table
   */
  public record Right(String privilege, List<String> columns) {
    public Right {
      columns = List.copyOf(columns);
    }

    /** Reads {@code SELECT} or {@code UPDATE (seq, epoch)}. */
    static Right of(String text) {
      int open = text.indexOf('(');
      return open < 0
          ? new Right(text, List.of())
          : new Right(
              text.substring(0, open).strip(),
              Arrays.stream(text.substring(open + 1, text.length() - 1).split(",", -1))
                  .map(String::strip)
                  .sorted()
                  .toList());
    }

    @Override
    public String toString() {
      return columns.isEmpty() ? privilege : privilege + " (" + String.join(", ", columns) + ")";
    }
  }

  /** What may be done with one table. */
  public record Grant(String table, String why, List<Right> rights) {
    public Grant {
      rights = List.copyOf(rights);
    }

    private static Grant on(String table, String why, String... rights) {
      return new Grant(table, why, Arrays.stream(rights).map(Right::of).toList());
    }

    /** The rights as SQL writes them. */
    public String text() {
      return String.join(", ", rights.stream().map(Right::toString).toList());
    }
  }

  /** All of them, a line for each table. */
  public static final List<Grant> SERVE =
      List.of(
          Grant.on(
              "request",
              "takes in what Slack sends, and marks it as handled",
              "SELECT",
              "INSERT",
              "UPDATE (given_at, handled_at)"),
          Grant.on("draft", "keeps a plan that was shown until it is started", "SELECT", "INSERT"),
          Grant.on(
              "run",
              "begins a run, claims it, counts its events, halts and ends it",
              "SELECT",
              "INSERT",
              "UPDATE (epoch, seq, halted, ended_at, ending)"),
          Grant.on("run_event", "appends to the journal; never changes it", "SELECT", "INSERT"),
          Grant.on(
              "gate",
              "opens a gate and decides it; what it asks stays",
              "SELECT",
              "INSERT",
              "UPDATE (status, decided_at)"),
          Grant.on("vote", "writes a vote; never changes it", "SELECT", "INSERT"),
          Grant.on(
              "gate_call",
              "knows who is still to be called to a gate, and calls once",
              "SELECT",
              "INSERT",
              "UPDATE (next_try, called_at)"),
          Grant.on(
              "step_attempt",
              "writes an attempt down before it acts, and what came of it",
              "SELECT",
              "INSERT",
              "UPDATE (state, ended_at)"),
          Grant.on(
              "step_progress",
              "moves the progress bar",
              "SELECT",
              "INSERT",
              "UPDATE (step, attempt, done, total, unit, also, at)"),
          Grant.on(
              "schedule",
              "writes down what comes later, starts it, puts it off, closes it",
              "SELECT",
              "INSERT",
              "UPDATE (due_at, state, firings, run, why, next_try, trouble)"),
          Grant.on(
              "backup",
              "writes backups down, and that one was read back or taken back",
              "SELECT",
              "INSERT",
              "UPDATE (read_at, removed_at)"),
          Grant.on(
              "post",
              "knows which messages are behind, and brings them up to date",
              "SELECT",
              "INSERT",
              "UPDATE (wanted_seq, shown_seq, ts, tries, next_try, trouble)"),
          Grant.on(
              "channel_lease",
              "lets one process at a time write into a channel, and remembers where nobody can",
              "SELECT",
              "INSERT",
              "UPDATE (sender, until, closed, closed_since, look_at)"),
          Grant.on(
              "edit_slot",
              "keeps all bots together to Slack's number of edits a minute",
              "SELECT",
              "UPDATE (taken_at)"),
          Grant.on(
              "scheduled_tasks",
              "db-scheduler's queue: rows come, are picked and go",
              "SELECT",
              "INSERT",
              "UPDATE",
              "DELETE"),
          Grant.on(
              "audit_link",
              "reads the chains to verify them; the database appends to them by itself",
              "SELECT"),
          Grant.on("audit_head", "sees which chains have moved since the last anchor", "SELECT"),
          Grant.on(
              "audit_anchor",
              "asks for an anchor, which the database fills in, and tells it outside",
              "SELECT",
              "INSERT (occasion)"),
          Grant.on("audit_anchor_head", "reads what an anchor holds, to verify it", "SELECT"),
          Grant.on(
              "audit_read", "writes down who was shown what; never changes it", "SELECT", "INSERT"),
          Grant.on(
              "audit_told",
              "lets one process at a time tell a channel the newest anchor",
              "SELECT",
              "INSERT",
              "UPDATE (number, trying, sender, until)"),
          Grant.on(
              "leftover",
              "tells a channel, and again while it lasts, of copies left behind and rehearsals"
                  + " missed",
              "SELECT",
              "INSERT",
              "UPDATE (told, told_at, tried, sender, until)"),
          Grant.on(
              "notice",
              "writes down who had the caches told again; never changes it",
              "SELECT",
              "INSERT"),
          Grant.on("flyway_schema_history", "sees whether the schema is up to date", "SELECT"));
}
