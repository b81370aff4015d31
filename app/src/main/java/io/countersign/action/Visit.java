package io.countersign.action;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.estate.TenantRef;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Who calls an action, for what.
 *
 * @param attempt from 1; a new attempt after a failure or crash has the next number
 * @param requestedAt when the run was asked for, by the database's clock; the same in all its steps
 * @param now the database's clock at this visit
 * @param startedAt when this attempt was started; {@code now} where it has not been
 */
public record Visit<I extends Record>(
    I inputs,
    RunId run,
    String step,
    int attempt,
    TenantRef tenant,
    Person requester,
    String reason,
    Instant requestedAt,
    Instant startedAt,
    Instant now) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

  /** The stamp in the names that this run makes, UTC: {@code 20261121155200}. */
  public String stamp() {
    return STAMP.format(requestedAt);
  }

  /**
   * What this attempt's sessions are called on servers: {@code cs/<run>/<step>/<attempt>}, at most
   * 63 bytes.
   */
  public String applicationName() {
    return "cs/" + run.value() + "/" + step + "/" + attempt;
  }

  /** The name with which every session of any attempt of this step begins. */
  public String applicationPrefix() {
    return "cs/" + run.value() + "/" + step + "/";
  }
}
