package io.countersign;

/**
 * A failure that a person can see: what was being done, what happened, and what to do next. It
 * never holds a tenant's rows: servers' errors are reduced to SQLSTATE, primary message and object
 * name before they come here.
 *
 * @param doing what was being done, a clause: "copying tenant_acme out of the server copy"
 * @param happened what happened, a sentence
 * @param next what the reader can do, a sentence
 */
public record Problem(String doing, String happened, String next) {
  private static final int LIMIT = 2_000;

  public Problem {
    doing = cut(doing);
    happened = cut(happened);
    next = cut(next);
  }

  private static String cut(String text) {
    return text.length() <= LIMIT ? text : text.substring(0, LIMIT - 1) + "…";
  }

  /** All three parts in one line, for logs and the command line. */
  public String line() {
    return doing + ": " + happened + " " + next;
  }
}
