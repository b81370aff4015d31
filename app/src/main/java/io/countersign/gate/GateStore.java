package io.countersign.gate;

import io.countersign.GateId;
import java.time.Instant;
import java.util.Optional;

/** Where gates and votes stand. */
public interface GateStore {
  /** The database's clock. */
  Instant now();

  Optional<GateRow> find(GateId id);

  /**
   * Judges a ballot and writes what follows, in one transaction under the locks of the run and the
   * gate: the vote, the gate's status, and the run's event with its wake.
   */
  Ruling decide(Ballot ballot, Judge judge);

  /** Called under the lock with the row and the database's clock, taken after the lock. */
  interface Judge {
    Ruling rule(Optional<GateRow> gate, Instant now);
  }
}
