package io.countersign.slack;

import io.countersign.run.TenantIndex;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Clockwork;
import io.countersign.runbook.FilledIn;
import io.countersign.runbook.Runbook;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads forms that came back. */
final class AskReader {
  private static final String CHANGED =
      "The runbook has changed since this form was opened. Close it and type the command again.";

  private final Map<String, Runbook> runbooks = new HashMap<>();
  private final TenantIndex tenants;
  private final InstantSource now;

  /**
   * @param now the database's clock
   */
  AskReader(Collection<Runbook> runbooks, TenantIndex tenants, InstantSource now) {
    runbooks.forEach(it -> this.runbooks.put(it.name(), it));
    this.tenants = tenants;
    this.now = now;
  }

  /** What a form holds: enough to go on with, or problems by block. */
  sealed interface Filled {
    record Good(Runbook runbook, ZoneId zone, Map<String, Said> values) implements Filled {
      public Good {
        values = Map.copyOf(values);
      }
    }

    record Bad(Map<String, String> problems) implements Filled {
      public Bad {
        problems = Map.copyOf(problems);
      }
    }
  }

  /**
   * Reads a form. Asks nobody but our own clock, so that it can be answered while the person waits:
   * what must be looked up is said afterwards.
   */
  Filled read(Inbound.Submitted form) {
    var runbook = runbooks.get(AskForm.runbook(form.metadata()));
    if (runbook == null || !AskForm.isFor(runbook, form.metadata())) {
      return new Filled.Bad(Map.of(anyBlock(form), CHANGED));
    }
    var zone = AskForm.zone(form.metadata());
    var clock = new Clockwork(now.instant(), zone);
    return switch (FilledIn.read(runbook, AskForm.fields(form.entered()), clock)) {
      case FilledIn.Read.Bad(var problems) -> {
        var byBlock = new LinkedHashMap<String, String>();
        problems.forEach((field, sentence) -> byBlock.put(AskForm.block(field), sentence));
        yield new Filled.Bad(byBlock);
      }
      case FilledIn.Read.Good(var values) ->
          tooEarly(runbook, values, zone)
              .<Filled>map(it -> new Filled.Bad(Map.of(AskForm.block(FilledIn.date("to")), it)))
              .orElse(new Filled.Good(runbook, zone, values));
    };
  }

  private Optional<String> tooEarly(Runbook runbook, Map<String, Said> values, ZoneId zone) {
    var server = tenant(values).flatMap(it -> tenants.known(runbook.estates(), it));
    return values.get("to") instanceof Said.Time(var reading)
        ? server.flatMap(
            it ->
                tenants
                    .earliest(it.server())
                    .filter(reading.moment()::isBefore)
                    .map(at -> "This is too early. " + window(it.server().name(), at, zone)))
        : Optional.empty();
  }

  // what both the form and its reading say

  static Optional<String> tenant(Map<String, Said> values) {
    return values.values().stream()
        .filter(Said.Tenant.class::isInstance)
        .map(Said.Tenant.class::cast)
        .map(it -> it.estate().map(estate -> estate + "/").orElse("") + it.slug())
        .findFirst();
  }

  static String window(String server, Instant earliest, ZoneId zone) {
    return server
        + " can be restored to any moment since "
        + AskForm.shown(earliest, zone)
        + (zone.equals(Zones.UTC) ? "" : " = " + AskForm.shown(earliest, Zones.UTC))
        + ".";
  }

  /** A block of a form that is certainly there, for trouble that belongs to none. */
  static String anyBlock(Inbound.Submitted form) {
    return form.entered().keySet().stream().sorted().findFirst().orElse(AskForm.block("tenant"));
  }
}
