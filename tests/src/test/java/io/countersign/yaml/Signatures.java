package io.countersign.yaml;

import static io.countersign.runbook.ValueType.DATABASE;
import static io.countersign.runbook.ValueType.DURATION;
import static io.countersign.runbook.ValueType.INSTANT;
import static io.countersign.runbook.ValueType.INT;
import static io.countersign.runbook.ValueType.SERVER;
import static io.countersign.runbook.ValueType.TEXT;

import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Risk;
import io.countersign.runbook.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The actions' signatures as lint sees them, written down so that no action is needed. */
final class Signatures {
  private static final List<ActionSignature> ALL =
      List.of(
          safe(
              "restore.preflight",
              Map.of("database", DATABASE, "to", INSTANT),
              Map.of("database-size", INT)),
          safe(
              "tenant.freeze",
              Map.of("database", DATABASE),
              Map.of("previous-status", TEXT, "frozen-at", INSTANT)),
          safe(
              "tenant.settle",
              Map.of("database", DATABASE, "frozen-at", INSTANT),
              Map.of("writes", INT, "statistics-since", TEXT)),
          owned(
              "server.restore",
              Map.of("source", SERVER, "to", INSTANT),
              Map.of("server", SERVER, "exactness", TEXT)),
          owned(
              "database.copy",
              Map.of("from", SERVER, "database", DATABASE, "as", TEXT),
              Map.of("database", DATABASE, "bytes", INT, "tables", INT)),
          safe(
              "database.compare",
              Map.of("source", SERVER, "restored", DATABASE, "live", DATABASE),
              Map.of(
                  "verdict",
                  TEXT,
                  "content-hash",
                  TEXT,
                  "tables",
                  INT,
                  "come-back",
                  INT,
                  "go",
                  INT,
                  "change",
                  INT,
                  "queue-jobs",
                  INT)),
          owned("server.discard", Map.of("server", SERVER), Map.of()),
          owned("database.discard", Map.of("database", DATABASE), Map.of()),
          new ActionSignature(
              "database.swap",
              Map.of(
                  "live", DATABASE,
                  "restored", DATABASE,
                  "content-hash", TEXT,
                  "keep-as", TEXT,
                  "writes-at-freeze", INT,
                  "statistics-since", TEXT),
              Set.of(),
              Map.of("live", DATABASE, "kept", DATABASE, "blackout", DURATION),
              Risk.DESTRUCTIVE,
              false),
          new ActionSignature(
              "database.swap-back",
              Map.of(
                  "live", DATABASE,
                  "kept", DATABASE,
                  "keep-as", TEXT,
                  "writes-at-freeze", INT,
                  "statistics-since", TEXT),
              Set.of(),
              Map.of("live", DATABASE, "kept", DATABASE, "blackout", DURATION),
              Risk.DESTRUCTIVE,
              false),
          safe(
              "database.unused",
              Map.of("database", DATABASE),
              Map.of("bytes", INT, "verdict", TEXT)),
          new ActionSignature(
              "database.drop",
              Map.of("database", DATABASE),
              Set.of(),
              Map.of(),
              Risk.DESTRUCTIVE,
              false),
          safe(
              "drop.schedule",
              Map.of("database", DATABASE, "runbook", TEXT, "after", DURATION),
              Map.of("due", INSTANT)),
          safe("drop.cancel", Map.of("database", DATABASE), Map.of()),
          safe("tenant.invalidate", Map.of(), Map.of()),
          safe(
              "tenant.unfreeze",
              Map.of("database", DATABASE, "status", TEXT),
              Map.of("status", TEXT)),
          new ActionSignature(
              "tenant.audit",
              Map.of("event", TEXT, "to", INSTANT, "kept", DATABASE),
              Set.of("to", "kept"),
              Map.of(),
              Risk.SAFE,
              false));

  private static final Map<String, ActionSignature> BY_NAME =
      ALL.stream().collect(Collectors.toMap(ActionSignature::name, Function.identity()));

  private Signatures() {}

  static RunbookReader.Read read(String file, String text) {
    return RunbookReader.read(
        file,
        text,
        it -> Optional.ofNullable(BY_NAME.get(it)),
        BY_NAME.keySet(),
        Set.of("medsuite"));
  }

  private static ActionSignature safe(
      String name, Map<String, ValueType> inputs, Map<String, ValueType> outputs) {
    return new ActionSignature(name, inputs, Set.of(), outputs, Risk.SAFE, false);
  }

  private static ActionSignature owned(
      String name, Map<String, ValueType> inputs, Map<String, ValueType> outputs) {
    return new ActionSignature(name, inputs, Set.of(), outputs, Risk.OWNED, true);
  }
}
