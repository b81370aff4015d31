package io.countersign.run;

import io.countersign.Person;
import java.time.Duration;
import java.util.Optional;

/** Plans that were shown to their requester and may be started. */
public interface Drafts {
  void keep(String id, RunSpec spec);

  Optional<Kept> find(String id);

  /**
   * @param age how long ago the plan was shown
   */
  record Kept(Person person, RunSpec spec, Duration age) {}
}
