package io.countersign.slack;

import io.countersign.run.FrontDesk;
import io.countersign.run.Journal;
import io.countersign.run.RunSpec;
import io.countersign.thread.Usual;

/** Asks the journal how long a run's steps usually take. */
final class Usuals {
  private Usuals() {}

  static Usual of(Journal journal, RunSpec spec) {
    var tenant = spec.tenant();
    return Usual.of(
        journal.took(tenant.estate(), spec.runbook(), FrontDesk.PAST_RUNS), tenant.slug());
  }
}
