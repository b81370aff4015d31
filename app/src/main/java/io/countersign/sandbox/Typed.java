package io.countersign.sandbox;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** How the demo's people write a moment that has just passed. */
public final class Typed {
  private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZONE);

  private Typed() {}

  /** {@code 23:59:16}; after midnight {@code yesterday 23:59:16}, or the bot would ask back. */
  public static String time(Instant moment, Instant now) {
    boolean today = LocalDate.ofInstant(moment, ZONE).equals(LocalDate.ofInstant(now, ZONE));
    return (today ? "" : "yesterday ") + CLOCK.format(moment);
  }
}
