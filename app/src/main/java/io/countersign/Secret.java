package io.countersign;

/**
 * A value that must never be printed: its text form is {@code ***}. Pass it by file or environment,
 * never in argv.
 */
public final class Secret {
  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /**
   * The value itself; the caller hands it to a driver or a child's environment and keeps it
   * nowhere.
   */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "***";
  }
}
