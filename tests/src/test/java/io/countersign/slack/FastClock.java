package io.countersign.slack;

import io.countersign.support.OurDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Goes faster than others, and may jump; a database can be told to go with it. */
final class FastClock extends Clock {
  private final Instant begun = Instant.now();
  private final int speed;
  private volatile Duration jumped = Duration.ZERO;

  /**
   * @param speed seconds in a second
   */
  FastClock(int speed) {
    this.speed = speed;
  }

  void jump(OurDatabase database, Duration ahead) {
    jumped = jumped.plus(ahead);
    tell(database);
  }

  void tell(OurDatabase database) {
    database.execute(
        """
        CREATE OR REPLACE FUNCTION countersign.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
        SELECT timestamptz '%1$s' + (clock_timestamp() - timestamptz '%1$s') * %2$d + interval '%3$d milliseconds' $$\
        """
            .formatted(begun, speed, jumped.toMillis()));
  }

  @Override
  public Instant instant() {
    return begun.plus(Duration.between(begun, Instant.now()).multipliedBy(speed)).plus(jumped);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
