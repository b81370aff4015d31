package io.countersign.run;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.estate.Tenant;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Input;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Pins what a run is about: parameters, and what {@code ${tenant.*}} and the like mean now. */
final class Specs {
  static final String KEPT = "tenant.kept";
  static final String KEPT_SINCE = "tenant.kept-since";

  static final String KEPT_BY = "tenant.kept-by";
  static final String KEPT_SECRET = "tenant.kept-secret";
  static final String KEPT_SECRET_VERSION = "tenant.kept-secret-version";

  /** Only for texts: no step may refer to it. */
  static final String AGAIN = "schedule.again";

  private Specs() {}

  /**
   * Who asks for what.
   *
   * @param parameters without the tenant
   * @param again after how long a schedule asks again, where one asks
   * @param schedule the schedule that asks by itself, on nobody's behalf
   */
  record Wish(
      Person who,
      String channel,
      Map<String, Value> parameters,
      String reason,
      Optional<Duration> again,
      Optional<String> schedule) {}

  /** A tenant with its database as the server shows it now. */
  record Home(Tenant tenant, Value.OfDatabase database, Optional<Journal.Kept> kept) {}

  static RunSpec of(RunId id, Runbook runbook, Home home, Wish wish, Instant now) {
    var tenant = home.tenant();
    var pinned = new HashMap<String, Value>();
    pinned.put("run.id", new Value.Text(id.value()));
    pinned.put("run.stamp", new Value.Text(stamp(now)));
    pinned.put("tenant.name", new Value.OfTenant(tenant.ref()));
    pinned.put("tenant.slug", new Value.Text(tenant.ref().slug()));
    pinned.put("tenant.id", new Value.Text(tenant.id()));
    pinned.put("tenant.server", new Value.OfServer(tenant.server()));
    pinned.put("tenant.database", home.database());
    pinned.put("tenant.secret", new Value.OfSecret(tenant.secret()));
    pinned.put("estate.name", new Value.Text(tenant.ref().estate()));
    home.kept()
        .ifPresent(
            it -> {
              pinned.put(KEPT, new Value.OfDatabase(it.database()));
              pinned.put(KEPT_SINCE, new Value.Moment(it.since()));
              pinned.put(
                  KEPT_BY,
                  new Value.Choice(
                      it.secret().isPresent() ? ContextFields.FLIP : ContextFields.SWAP));
              it.secret()
                  .ifPresent(
                      secret -> {
                        pinned.put(KEPT_SECRET, new Value.OfSecret(secret.name()));
                        pinned.put(KEPT_SECRET_VERSION, new Value.Text(secret.version()));
                      });
            });
    wish.again().ifPresent(it -> pinned.put(AGAIN, new Value.Span(it)));
    var parameters = new HashMap<>(wish.parameters());
    parameters.put("tenant", new Value.OfTenant(tenant.ref()));
    runbook
        .parameters()
        .forEach(it -> it.preset().ifPresent(value -> parameters.putIfAbsent(it.name(), value)));
    return new RunSpec(
        id,
        tenant.ref().subject(),
        tenant.ref(),
        runbook.name(),
        runbook.title(),
        runbook.source(),
        parameters,
        pinned,
        wish.who(),
        wish.schedule(),
        wish.channel(),
        wish.reason(),
        now);
  }

  private static String stamp(Instant moment) {
    return DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC).format(moment);
  }

  /** Whether the runbook works on a database that an earlier swap kept. */
  static boolean needsKept(Runbook runbook) {
    return Stream.concat(runbook.steps().stream(), runbook.onAbort().stream())
        .flatMap(it -> it.with().values().stream())
        .anyMatch(it -> it instanceof Input.OfContext(var path) && path.startsWith(KEPT));
  }
}
