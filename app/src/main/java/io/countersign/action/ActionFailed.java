package io.countersign.action;

import io.countersign.Problem;

/** A step cannot be done, and a person is told why. */
public final class ActionFailed extends Exception {
  private static final long serialVersionUID = 1;
  private final transient Problem problem;

  public ActionFailed(Problem problem) {
    super(problem.line());
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
