package io.countersign.action.database;

import io.countersign.Digest;
import io.countersign.action.Action;
import io.countersign.action.ActionFailed;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Recovery;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Policies;
import io.countersign.estate.Registry;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.OwnCommands;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.Servers;
import io.countersign.postgres.StepSessions;
import io.countersign.postgres.TableHashes;
import io.countersign.runbook.Risk;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs the estate's own command on the copy, before anybody is asked about it: what it changes is
 * in what is approved, and where it fails, the tenant is unfrozen unchanged.
 */
public final class DatabaseAfterRestore
    implements Action<DatabaseAfterRestore.In, DatabaseAfterRestore.Out> {
  private final Servers servers;
  private final Estate estate;
  private final OwnCommands commands;
  private final OwnCopy copy;

  public DatabaseAfterRestore(
      Servers servers, Registry registry, Estate estate, ClientPrograms programs) {
    this.servers = servers;
    this.estate = estate;
    this.commands = new OwnCommands(programs);
    this.copy = new OwnCopy(servers, registry);
  }

  /**
   * @param restored as {@code database.copy} made it
   */
  public record In(DatabaseRef restored) {}

  /**
   * @param command as it ran; {@code none} where the estate has none
   * @param content digest of all tables after it; {@code as compared} where nothing ran
   */
  public record Out(String command, String content) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "database.after-restore",
        In.class,
        Out.class,
        Risk.OWNED,
        Recovery.REPEAT,
        Set.of("command", "content"),
        false,
        "run the product's own command on the copy");
  }

  @Override
  public PlanText plan(Planned inputs) {
    var restored = inputs.shown("restored");
    var command = estate.policies().afterRestore();
    if (command.isEmpty()) {
      return new PlanText(
          "run nothing on " + restored + ": the estate has no after-restore command",
          List.of("nothing is changed"));
    }
    var statements = new ArrayList<String>();
    statements.add(
        "ALTER DATABASE " + PlannedSql.name(inputs, "restored") + " ALLOW_CONNECTIONS true");
    statements.add(
        String.join(" ", command.get().filled("<tenant>", PlannedSql.name(inputs, "restored")))
            + " # at most "
            + command.get().timeOut().toSeconds()
            + " s; the login is in PGHOST, PGPORT, PGUSER and PGPASSFILE");
    statements.addAll(PlannedSql.emptied(inputs, "restored"));
    return new PlanText("run the product's own command on " + restored, statements);
  }

  @Override
  public Intent intent(Visit<In> visit) throws ActionFailed {
    var facts = new TreeMap<>(copy.identity(visit.inputs().restored()));
    facts.put("command", command(visit));
    return new Intent(facts);
  }

  private String command(Visit<In> visit) {
    return estate
        .policies()
        .afterRestore()
        .map(it -> String.join(" ", filled(it, visit)))
        .orElse("none");
  }

  private static List<String> filled(Policies.OwnCommand command, Visit<In> visit) {
    return command.filled(visit.tenant().slug(), visit.inputs().restored().name());
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var command = estate.policies().afterRestore();
    if (command.isEmpty()) {
      return new Outcome.Done<>(
          new Out("none", "as compared"), "the estate has no after-restore command");
    }
    var doing = "running the after-restore command of " + estate.name();
    return Guarded.outcome(attempt.stop(), doing, () -> ran(attempt, doing, command.get()));
  }

  private Outcome<Out> ran(Attempt<In> attempt, String doing, Policies.OwnCommand command)
      throws ActionFailed, SQLException {
    var restored = attempt.inputs().restored();
    copy.open(
        attempt,
        doing,
        restored,
        _ -> {
          call(attempt, doing, command);
          return restored;
        });
    var content = copy.alone(attempt, doing, restored, inside -> content(attempt, inside));
    return new Outcome.Done<>(
        new Out(command(attempt.visit()), content), "the after-restore command ended well");
  }

  private void call(Attempt<In> attempt, String doing, Policies.OwnCommand command)
      throws ActionFailed {
    var restored = attempt.inputs().restored();
    var login = servers.login(restored.server()).withDatabase(restored.name());
    commands.run(
        attempt.acting(), doing, "after-restore", command, filled(command, attempt.visit()), login);
  }

  private static String content(Attempt<In> attempt, Connection inside) throws SQLException {
    var hashes = TableHashes.of(inside, TableHashes.tables(inside), attempt.stop(), () -> {});
    return Digest.of(TableHashes.lines(hashes)).hex();
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    throw new IllegalStateException("database.after-restore is repeated, never probed");
  }

  /** Ends the sessions of earlier attempts; what they did to the copy is done anew. */
  @Override
  public void clear(Attempt<In> attempt) {
    commands.removeScratch(attempt.visit());
    StepSessions.clear(
        servers,
        attempt,
        attempt.inputs().restored().server(),
        "ending earlier attempts of the after-restore command");
  }
}
