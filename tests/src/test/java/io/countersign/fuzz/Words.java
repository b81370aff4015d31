package io.countersign.fuzz;

import io.countersign.Role;
import io.countersign.runbook.Clockwork;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What bytes mean to the targets that read a person's words. */
public final class Words {
  /** With a parameter of every type that can be typed. */
  public static final Runbook RUNBOOK =
      new Runbook(
          "tenant-restore",
          "Restore one tenant",
          List.of("medsuite"),
          Optional.of("/tenant-restore"),
          Role.PLATFORM_ADMIN,
          List.of(
              parameter("tenant", ValueType.TENANT, false),
              parameter("to", ValueType.INSTANT, false),
              parameter("until", ValueType.INSTANT, true),
              new Parameter(
                  "strategy",
                  ValueType.CHOICE,
                  List.of("swap-and-keep", "flip-the-ref"),
                  3_000,
                  Optional.of(new Value.Choice("swap-and-keep")),
                  false,
                  ""),
              parameter("count", ValueType.INT, true),
              parameter("force", ValueType.BOOLEAN, true),
              parameter("wait", ValueType.DURATION, true),
              parameter("size", ValueType.SIZE, true),
              parameter("server", ValueType.SERVER, true),
              parameter("secret", ValueType.SECRET_NAME, true),
              parameter("note", ValueType.TEXT, true),
              parameter("reason", ValueType.TEXT, true)),
          List.of(),
          List.of(),
          "runbook: tenant-restore");

  private static final List<ZoneId> ZONES =
      List.of(
          ZoneId.of("Europe/Madrid"),
          ZoneOffset.UTC,
          ZoneId.of("Asia/Kathmandu"),
          ZoneId.of("Australia/Lord_Howe"),
          ZoneId.of("Pacific/Apia"));

  private Words() {}

  private static Parameter parameter(String name, ValueType type, boolean optional) {
    return new Parameter(name, type, List.of(), 300, Optional.empty(), optional, "");
  }

  /** The first byte says in which zone and at what time of a day somebody speaks. */
  public static Clockwork clock(byte[] data) {
    int first = data.length == 0 ? 0 : data[0] & 0xff;
    return new Clockwork(
        Instant.parse("2026-10-25T00:20:00Z").plusSeconds(first * 1_800L),
        ZONES.get(first % ZONES.size()));
  }

  public static String text(byte[] data) {
    return data.length == 0
        ? ""
        : new String(Arrays.copyOfRange(data, 1, data.length), StandardCharsets.UTF_8);
  }
}
