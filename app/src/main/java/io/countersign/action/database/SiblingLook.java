package io.countersign.action.database;

import io.countersign.action.Action;
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
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.postgres.PlannedSql;
import io.countersign.postgres.ServerWork;
import io.countersign.postgres.Servers;
import io.countersign.postgres.Sessions;
import io.countersign.runbook.Risk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes sure that nothing but its own row and secret leads to a sibling's database. */
public final class SiblingLook implements Action<SiblingLook.In, SiblingLook.Out> {
  static final String VERDICT = "nothing but its own row and secret leads to it";
  private final Servers servers;
  private final Sibling sibling;

  public SiblingLook(Servers servers, Registry registry) {
    this.servers = servers;
    this.sibling = new Sibling(servers, registry);
  }

  /**
   * @param sibling its slug
   * @param secret the name of the one that leads to it
   */
  public record In(DatabaseRef database, String sibling, String secret) {
    Sibling.Body body() {
      return new Sibling.Body(database, sibling, new SecretName(secret));
    }
  }

  /**
   * @param bytes how big it is
   * @param verdict what was found, in words
   * @param sessions who is connected to it, by application
   */
  public record Out(long bytes, String verdict, String sessions) {}

  @Override
  public ActionType<In, Out> type() {
    return new ActionType<>(
        "sibling.look",
        In.class,
        Out.class,
        Risk.SAFE,
        Recovery.REPEAT,
        Set.of("verdict"),
        false,
        "make sure that nothing else leads to the restored database");
  }

  @Override
  public PlanText plan(Planned inputs) {
    return new PlanText(
        "make sure that nothing but "
            + inputs.shown("sibling")
            + " lives in "
            + inputs.shown("database"),
        List.of(
            "SELECT oid, datname FROM pg_database WHERE oid = "
                + PlannedSql.oid(inputs, "database"),
            "registry tenants and their secrets: none but "
                + inputs.shown("sibling")
                + " may lead to it"));
  }

  @Override
  public Intent intent(Visit<In> visit) {
    var in = visit.inputs();
    return new Intent(
        Map.of(
            "database.oid", Long.toString(in.database().oid()),
            "database.name", in.database().name(),
            "sibling.slug", in.sibling()));
  }

  @Override
  public Outcome<Out> act(Attempt<In> attempt) {
    var visit = attempt.visit();
    var in = visit.inputs();
    return ServerWork.outcome(
        "looking whether " + in.database().name() + " may go",
        () -> {
          try (var session = Doomed.session(servers, visit, in.database())) {
            sibling.mayGo(visit, session, in.body());
            var connected = Sessions.byApplication(Sessions.all(session, in.database().oid()));
            return new Outcome.Done<>(
                new Out(Doomed.bytes(session, in.database()), VERDICT, connected),
                VERDICT + "; connected: " + connected);
          }
        });
  }

  @Override
  public Finding<Out> probe(Attempt<In> attempt) {
    return new Finding.NotDone<>();
  }

  @Override
  public void clear(Attempt<In> attempt) {
    // it only looks
  }
}
