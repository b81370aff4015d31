package io.countersign.run;

import io.countersign.GateId;
import io.countersign.Problem;
import io.countersign.runbook.Step;
import java.time.Instant;
import java.util.Optional;

/** What comes next in a run. */
public sealed interface Decision {
  /** Nothing until a command comes. */
  record AwaitCommand() implements Decision {}

  /** Nothing before this moment, unless a command comes. */
  record AwaitTime(Instant until) implements Decision {}

  record PassOver(Step step, String why) implements Decision {}

  record OpenGate(Step step) implements Decision {}

  record ExpireGate(Step step, GateId gate) implements Decision {}

  record LapseGate(Step step, GateId gate, String why) implements Decision {}

  record Start(Step step, int attempt, Optional<GateId> gate) implements Decision {}

  /** The attempt's time has come: act again with its memo. */
  record Visit(Step step, Facts.OpenAttempt attempt) implements Decision {}

  /** The attempt's holder died, or it is in doubt: repeat, probe or ask. */
  record Recover(Step step, Facts.OpenAttempt attempt) implements Decision {}

  /** Remove what an attempt left that will not be tried again. */
  record Clear(Step step, Facts.OpenAttempt attempt) implements Decision {}

  record BeginAbort(Halt halt) implements Decision {}

  record NeedPerson(Step step, Problem problem) implements Decision {}

  record Finish(Ending ending) implements Decision {}
}
