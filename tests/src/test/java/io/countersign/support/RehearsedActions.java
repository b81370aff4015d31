package io.countersign.support;

import io.countersign.action.Action;
import io.countersign.action.ActionType;
import io.countersign.action.Attempt;
import io.countersign.action.Catalogue;
import io.countersign.action.Fields;
import io.countersign.action.Finding;
import io.countersign.action.Intent;
import io.countersign.action.Outcome;
import io.countersign.action.PlanText;
import io.countersign.action.Planned;
import io.countersign.action.Visit;
import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.runbook.Risk;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Stand-ins for every action of a real catalogue, with its name, inputs, outputs, risk and
 * recovery, so that real runbooks run unchanged. What they do is a row in {@link Effects}. Each
 * needs two visits: what destroys does it in the first and waits afterwards, like a flip that waits
 * for caches; the others wait first, like a restore.
 */
final class RehearsedActions {
  private static final String WAITED = "waited";
  private static final Duration WAIT = Duration.ofMinutes(1);

  private final Effects effects;

  private RehearsedActions(Effects effects) {
    this.effects = effects;
  }

  static Catalogue of(Catalogue real, Effects effects) {
    var rehearsed = new RehearsedActions(effects);
    return new Catalogue(
        real.names().stream()
            .map(it -> rehearsed.standIn(real.find(it).orElseThrow().type()))
            .toList());
  }

  private <I extends Record, O extends Record> Action<I, O> standIn(ActionType<I, O> type) {
    return new StandIn<>(type, effects);
  }

  /** A value that is the same whenever it is asked for, and no other step's. */
  static Value sample(ValueType type, String of) {
    var server = new ServerRef(Samples.SERVER.estate(), "server-of-" + of);
    return switch (type) {
      case TEXT, CHOICE -> new Value.Text("text of " + of);
      case INT -> new Value.Int(7);
      case BOOLEAN -> new Value.Bool(true);
      case INSTANT -> new Value.Moment(Samples.NOON.minusSeconds(1800));
      case DURATION -> new Value.Span(Duration.ofSeconds(3));
      case SIZE -> new Value.Size(1_000);
      case TENANT -> new Value.OfTenant(Samples.ACME);
      case SERVER -> new Value.OfServer(server);
      case DATABASE ->
          new Value.OfDatabase(
              new DatabaseRef(
                  Samples.SERVER,
                  20_000 + Math.floorMod(of.hashCode(), 1_000_000),
                  "made_by_" + of));
      case BACKUP ->
          new Value.OfBackup(
              new BackupRef("7k2m9qxd-dump-1", Optional.of(Instant.parse("2026-11-21T02:00:00Z"))));
      case SECRET_NAME -> new Value.OfSecret(new SecretName("secret-of-" + of));
    };
  }

  private record StandIn<I extends Record, O extends Record>(ActionType<I, O> type, Effects effects)
      implements Action<I, O> {
    @Override
    public PlanText plan(Planned inputs) {
      return new PlanText(type.summary(), java.util.List.of(type.name()));
    }

    /**
     * What is destroyed is named by its OIDs, as real actions name it. What only this run made is
     * named by the attempt: the journal refuses owned steps on what a destructive one named.
     */
    @Override
    public Intent intent(Visit<I> visit) {
      var facts = new TreeMap<String, String>(Map.of("server", "127.0.0.1:5432"));
      if (type.risk() == Risk.DESTRUCTIVE) {
        Fields.of(type.inputs())
            .unbind(visit.inputs())
            .forEach(
                (name, value) -> {
                  if (value instanceof Value.OfDatabase(var database)) {
                    facts.put(name + ".oid", Long.toString(database.oid()));
                  }
                });
      } else {
        facts.put("attempt", visit.step() + "/" + visit.attempt());
      }
      return new Intent(facts);
    }

    @Override
    public Outcome<O> act(Attempt<I> attempt) {
      boolean first = attempt.memo().isEmpty();
      if (type.risk() == Risk.DESTRUCTIVE) {
        if (first) {
          attempt.fence();
          effects.destroyed(attempt.visit());
        }
      } else if (!first) {
        effects.made(attempt.visit());
      }
      return first
          ? new Outcome.Park<>(WAIT, WAITED, "waits")
          : new Outcome.Done<>(outputs(attempt.visit()), type.name() + " is done");
    }

    @Override
    public Finding<O> probe(Attempt<I> attempt) {
      return effects.count(attempt.visit()) > 0
          ? new Finding.Done<>(outputs(attempt.visit()), type.name() + " was done")
          : new Finding.NotDone<>();
    }

    @Override
    public void clear(Attempt<I> attempt) {
      if (type.risk() != Risk.DESTRUCTIVE) {
        effects.removed(attempt.visit());
      }
    }

    private O outputs(Visit<I> visit) {
      var values = new LinkedHashMap<String, Value>();
      Fields.of(type.outputs())
          .types()
          .forEach((name, it) -> values.put(name, sample(it, visit.step() + "_" + name)));
      return Fields.of(type.outputs()).bind(values);
    }
  }
}
