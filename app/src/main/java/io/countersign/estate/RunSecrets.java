package io.countersign.estate;

import io.countersign.RunId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of secrets that runs make: that of the secret they stand beside, the run's stamp, the
 * run and the attempt. So the name alone tells, days later and in another run, whose it is; and
 * each attempt has a name of its own, because a store may reserve names that were removed.
 */
public final class RunSecrets {
  private static final Pattern MADE =
      Pattern.compile("(.+)-[0-9]{14}-([0-9a-hjkmnp-tv-z]{8})-[1-9][0-9]*");

  private RunSecrets() {}

  /**
   * {@code tenant-db-acme-20261121155200-7k2m9qxd-1}. Beside one that a run made already, its name
   * takes that one's place and does not grow.
   */
  public static SecretName name(SecretName before, String stamp, RunId run, int attempt) {
    var made = MADE.matcher(before.value());
    var base = made.matches() ? made.group(1) : before.value();
    return new SecretName(base + "-" + stamp + "-" + run.value() + "-" + attempt);
  }

  /** What is kept with a secret that this run makes. */
  public static String owner(RunId run) {
    return run.value() + "/secret.make";
  }

  /**
   * What has to be kept with a secret of this name, if a run made it; empty where its name is none
   * that runs give.
   */
  public static Optional<String> owner(SecretName name) {
    var made = MADE.matcher(name.value());
    return made.matches() ? Optional.of(owner(new RunId(made.group(2)))) : Optional.empty();
  }
}
