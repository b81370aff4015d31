package io.countersign;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that must never be printed: its text form is {@code ***}. Pass it by file or environment,
 * never in argv.
 */
public final class Secret {
  private final String value;
  private final @Nullable Supplier<String> source;

  public Secret(String value) {
    this.value = value;
    this.source = null;
  }

  private Secret(Supplier<String> source) {
    this.value = "";
    this.source = source;
  }

  /**
   * One that does not last, as tokens: whoever issues it is asked at each use.
   *
   * @param source may throw {@link NotIssued}
   */
  public static Secret asked(Supplier<String> source) {
    return new Secret(source);
  }

  /**
   * The value itself; the caller hands it to a driver or a child's environment and keeps it
   * nowhere.
   *
   * @throws NotIssued where it has to be asked for, and is not given
   */
  public String reveal() {
    return source == null ? value : source.get();
  }

  /** Whoever issues a secret has not done so. */
  public static final class NotIssued extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    public NotIssued(Problem problem) {
      super(problem.line());
      this.problem = problem;
    }

    public Problem problem() {
      return problem;
    }
  }

  @Override
  public String toString() {
    return "***";
  }
}
