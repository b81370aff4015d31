package io.countersign.slack;

import io.countersign.thread.PlanView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The newest plans with their statements, for "Show every statement". Lost with the process. */
final class Drafts {
  private static final int MOST = 200;
  private final Map<String, PlanView> plans = new LinkedHashMap<>();

  synchronized void keep(PlanView plan) {
    plans.put(plan.draft(), plan);
    if (plans.size() > MOST) {
      plans.remove(plans.keySet().iterator().next());
    }
  }

  synchronized Optional<PlanView> find(String draft) {
    return Optional.ofNullable(plans.get(draft));
  }
}
