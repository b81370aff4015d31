package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Outcome;
import io.countersign.action.Symptoms;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.sql.SQLException;

/**
 * The border at which servers', registries' and restorers' errors become problems for people,
 * without rows.
 */
public final class ServerWork {
  private ServerWork() {}

  /** Work on servers. */
  @FunctionalInterface
  public interface Work<T> {
    T run() throws ActionFailed, SQLException;
  }

  /**
   * For {@code act}: every expected failure becomes {@link Outcome.Failed}.
   *
   * @param doing what is being done, a clause
   */
  public static <O extends Record> Outcome<O> outcome(String doing, Work<Outcome<O>> work) {
    try {
      return looking(doing, work);
    } catch (ActionFailed failed) {
      return new Outcome.Failed<>(failed.problem());
    }
  }

  /** For {@code intent}: every expected failure becomes {@link ActionFailed}. */
  public static <T> T looking(String doing, Work<T> work) throws ActionFailed {
    try {
      return work.run();
    } catch (SQLException error) {
      throw new ActionFailed(answered(doing, ServerErrors.reduced(error)));
    } catch (RegistryUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem(doing));
    } catch (RestorerUnavailable unavailable) {
      throw new ActionFailed(unavailable.problem());
    }
  }

  private static Problem answered(String doing, String said) {
    var known = Symptoms.of(said);
    return new Problem(
        doing,
        "the server answered: " + said + "." + known.map(it -> " " + it.cause()).orElse(""),
        known.map(Symptoms.Answer::fix).orElse("Look at the server, put it right, then retry."));
  }

  /**
   * For {@code clear}: a failure means that nobody knows what is left, so it is thrown and clearing
   * is repeated.
   *
   * @throws IllegalStateException without the server's own error, whose text may hold rows
   */
  public static void clearing(String doing, Work<?> work) {
    try {
      looking(doing, work);
    } catch (ActionFailed failed) {
      throw new IllegalStateException(failed.problem().line(), failed);
    }
  }
}
