package io.countersign.doctor;

import io.countersign.Problem;
import java.util.ArrayList;
import java.util.List;

/** The results of some checks, in their order. */
final class Results {
  private final List<Result> all = new ArrayList<>();

  void fine(String what, String seen) {
    all.add(new Result.Fine(what, seen));
  }

  void finding(String what, String wrong, String remedy) {
    all.add(new Result.Finding(what, wrong, remedy));
  }

  void finding(String what, Problem problem) {
    finding(what, problem.doing() + ": " + problem.happened(), problem.next());
  }

  void notSeen(String what, String why) {
    all.add(new Result.NotSeen(what, why));
  }

  /** One line either way. */
  void check(boolean holds, String what, String seen, String wrong, String remedy) {
    if (holds) {
      fine(what, seen);
    } else {
      finding(what, wrong, remedy);
    }
  }

  void addAll(List<Result> more) {
    all.addAll(more);
  }

  List<Result> list() {
    return List.copyOf(all);
  }
}
