package io.countersign.estate;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an estate wants done about things that come back with the past, and about a product that may
 * still hold them. What becomes of queues and sequences has no preset: what is right for one
 * product loses work in another.
 *
 * @param afterRestore a command of the product's own, run against the copy before it is asked about
 * @param restart a command of the product's own that restarts its processes, run after a cutover
 */
public record Policies(
    Queues queues,
    Sequences sequences,
    Optional<OwnCommand> afterRestore,
    Optional<OwnCommand> restart) {

  /** Of an estate without a command that restarts the product. */
  public Policies(Queues queues, Sequences sequences, Optional<OwnCommand> afterRestore) {
    this(queues, sequences, afterRestore, Optional.empty());
  }

  /** What becomes of the restored database's job queues. */
  public enum Queues {
    /** The copy's jobs are removed: none runs again, and those that wait now are not run either. */
    DISCARD,
    /**
     * The copy gets the live queues' rows: what waits now is run, what has run is not run again.
     */
    KEEP_LIVE,
    /** The copy's jobs stay: those that have run since run again. */
    AS_RESTORED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Which numbers the restored database gives next. */
  public enum Sequences {
    /** Never a number that the live one has given already. */
    KEEP_AHEAD,
    /** Those of the past again. */
    AS_RESTORED;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A command of the product's own.
   *
   * @param argv an absolute path and its arguments; {@code {tenant}} and the like are filled in
   * @param timeOut after which it is killed and has failed
   */
  public record OwnCommand(List<String> argv, Duration timeOut) {
    public static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");

    public OwnCommand {
      argv = List.copyOf(argv);
    }

    /**
     * The command with values in place of names. Each word stays one argument whatever its values
     * hold, and what looks like a placeholder inside a value stays as it is.
     *
     * @param values by placeholder; others are left alone
     */
    public List<String> filled(Map<String, String> values) {
      return argv.stream()
          .map(
              word ->
                  PLACEHOLDER
                      .matcher(word)
                      .replaceAll(
                          it ->
                              Matcher.quoteReplacement(
                                  values.getOrDefault(it.group(), it.group()))))
          .toList();
    }

    /** The command for one tenant and one database. */
    public List<String> filled(String tenant, String database) {
      return filled(Map.of("{tenant}", tenant, "{database}", database));
    }

    /** The command for one tenant, where it is about no database. */
    public List<String> filled(String tenant) {
      return filled(Map.of("{tenant}", tenant));
    }
  }
}
