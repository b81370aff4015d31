package io.countersign.runbook;

import io.countersign.estate.BackupRef;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads typed values out of text. YAML's own guessing is never used: {@code 14:30} is no number in
 * base 60 here and {@code no} no boolean.
 */
public final class Readings {
  private static final Pattern INT = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhd])");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9}) ?(B|kB|KB|MB|GB|TB)");
  private static final Pattern TENANT =
      Pattern.compile("([a-z][a-z0-9-]{0,39})/([a-z0-9][a-z0-9_-]{0,62})");
  private static final Pattern SERVER =
      Pattern.compile("([a-z][a-z0-9-]{0,39})@([a-z0-9][a-z0-9.-]{0,62})");
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,126}");
  private static final Map<String, Long> BYTES =
      Map.of(
          "B", 1L, "kB", 1L << 10, "KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30, "TB", 1L << 40);

  private Readings() {}

  /** The value that a text stands for, empty where it is none of this type. */
  public static Optional<Value> read(ValueType type, String text) {
    return switch (type) {
      case TEXT -> Optional.of(new Value.Text(text));
      case INT -> integer(text).map(Value.Int::new);
      case BOOLEAN -> bool(text).map(Value.Bool::new);
      case INSTANT -> instant(text).map(Value.Moment::new);
      case DURATION -> duration(text).map(Value.Span::new);
      case CHOICE -> text.isBlank() ? Optional.empty() : Optional.of(new Value.Choice(text));
      case SIZE -> size(text).map(Value.Size::new);
      case TENANT -> tenant(text).map(Value.OfTenant::new);
      case SERVER -> server(text).map(Value.OfServer::new);
      case DATABASE -> Optional.empty();
      case SECRET_NAME ->
          SECRET.matcher(text).matches()
              ? Optional.of(new Value.OfSecret(new SecretName(text)))
              : Optional.empty();
      case BACKUP -> backup(text).map(Value.OfBackup::new);
    };
  }

  /**
   * The form of a written value as a regular expression for the whole text, empty where none can be
   * written. What it refuses {@link #read} refuses; days and ranges are checked by reading alone.
   */
  public static Optional<String> pattern(ValueType type) {
    return switch (type) {
      case TEXT -> Optional.of("[\\s\\S]*");
      case INT -> Optional.of(INT.pattern());
      case BOOLEAN -> Optional.of("true|false");
      case INSTANT ->
          Optional.of(
              "[+-]?[0-9]{4,9}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{0,9})?)?"
                  + "([Zz]|[+-][0-9][0-9:]{0,7})");
      case DURATION -> Optional.of(DURATION.pattern());
      case CHOICE -> Optional.of("[\\s\\S]*\\S[\\s\\S]*");
      case SIZE -> Optional.of(SIZE.pattern());
      case TENANT -> Optional.of(TENANT.pattern());
      case SERVER -> Optional.of(SERVER.pattern());
      case DATABASE -> Optional.empty();
      case SECRET_NAME -> Optional.of(SECRET.pattern());
      case BACKUP -> Optional.of(BackupRef.ANY + "|" + BackupRef.ID.pattern());
    };
  }

  /** How a value of this type is written, a sentence. */
  public static String form(ValueType type) {
    return switch (type) {
      case TEXT -> "Any text will do.";
      case INT -> "Write a whole number, such as 20.";
      case BOOLEAN -> "Write true or false.";
      case INSTANT -> "Write a moment with its zone, such as 2026-04-22T14:30Z.";
      case DURATION -> "Write a number and s, m, h or d, such as 15m.";
      case CHOICE -> "Write one of the choices.";
      case SIZE -> "Write a number and kB, MB, GB or TB, such as 10GB.";
      case TENANT -> "Write estate and tenant, such as medsuite/acme.";
      case SERVER -> "Write estate and server, such as medsuite@pg-1.";
      case DATABASE ->
          "A database cannot be written down, only referred to, such as ${tenant.database}.";
      case SECRET_NAME -> "Write the name of a secret: letters, digits, _ and -.";
      case BACKUP -> "Write newest, or a backup's id, such as 7k2m9qxd-dump-1.";
    };
  }

  /** The type's word in a sentence: {@code an instant}. */
  public static String one(ValueType type) {
    var word = type.word();
    return ("aeiou".indexOf(word.charAt(0)) < 0 ? "a " : "an ") + word;
  }

  public static Optional<Long> integer(String text) {
    return INT.matcher(text).matches() ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  public static Optional<Boolean> bool(String text) {
    return switch (text) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** {@code 30s 15m 4h 7d}; a day has 24 hours. */
  public static Optional<Duration> duration(String text) {
    var parts = DURATION.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(parts.group(1));
    return Optional.of(
        switch (parts.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        });
  }

  /** The shortest form that {@link #duration} reads: {@code 4h}. */
  public static String written(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds % 86_400 == 0 && seconds > 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0 && seconds > 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** {@code 10GB}; 1 kB has 1,024 bytes, as in PostgreSQL. */
  public static Optional<Long> size(String text) {
    var parts = SIZE.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      long unit = BYTES.getOrDefault(parts.group(2), 1L);
      return Optional.of(Math.multiplyExact(Long.parseLong(parts.group(1)), unit));
    } catch (ArithmeticException tooLarge) {
      return Optional.empty();
    }
  }

  /** The shortest form that {@link #size} reads: {@code 10GB}. */
  public static String written(long bytes) {
    for (var unit : java.util.List.of("TB", "GB", "MB", "kB")) {
      long one = BYTES.getOrDefault(unit, 1L);
      if (bytes > 0 && bytes % one == 0) {
        return bytes / one + unit;
      }
    }
    return bytes + "B";
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException notOne) {
      return Optional.empty();
    }
  }

  private static Optional<BackupRef> backup(String text) {
    if (text.equals(BackupRef.ANY)) {
      return Optional.of(BackupRef.NEWEST);
    }
    return BackupRef.ID.matcher(text).matches()
        ? Optional.of(new BackupRef(text, Optional.empty()))
        : Optional.empty();
  }

  private static Optional<TenantRef> tenant(String text) {
    var parts = TENANT.matcher(text);
    return parts.matches()
        ? Optional.of(new TenantRef(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  private static Optional<ServerRef> server(String text) {
    var parts = SERVER.matcher(text);
    return parts.matches()
        ? Optional.of(new ServerRef(parts.group(1), parts.group(2)))
        : Optional.empty();
  }
}
