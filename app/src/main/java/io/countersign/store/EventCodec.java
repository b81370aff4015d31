package io.countersign.store;

import io.countersign.run.RunEvent;
import java.util.HashMap;
import java.util.Map;

/**
 * The stored form of events: a word, a version, a body. A change adds optional fields or a new
 * version with an upcaster.
 */
final class EventCodec {
  static final int VERSION = 1;

  private static final Map<String, Class<? extends RunEvent>> KINDS =
      Map.ofEntries(
          Map.entry("requested", RunEvent.Requested.class),
          Map.entry("begun", RunEvent.Begun.class),
          Map.entry("cancel-requested", RunEvent.CancelRequested.class),
          Map.entry("retry-requested", RunEvent.RetryRequested.class),
          Map.entry("skip-requested", RunEvent.SkipRequested.class),
          Map.entry("left-as-is", RunEvent.LeftAsIs.class),
          Map.entry("gate-opened", RunEvent.GateOpened.class),
          Map.entry("gate-approved", RunEvent.GateApproved.class),
          Map.entry("gate-denied", RunEvent.GateDenied.class),
          Map.entry("gate-expired", RunEvent.GateExpired.class),
          Map.entry("gate-lapsed", RunEvent.GateLapsed.class),
          Map.entry("step-passed-over", RunEvent.StepPassedOver.class),
          Map.entry("step-started", RunEvent.StepStarted.class),
          Map.entry("step-parked", RunEvent.StepParked.class),
          Map.entry("step-succeeded", RunEvent.StepSucceeded.class),
          Map.entry("step-failed", RunEvent.StepFailed.class),
          Map.entry("step-in-doubt", RunEvent.StepInDoubt.class),
          Map.entry("step-drifted", RunEvent.StepDrifted.class),
          Map.entry("attempt-abandoned", RunEvent.AttemptAbandoned.class),
          Map.entry("clear-put-off", RunEvent.ClearPutOff.class),
          Map.entry("abort-begun", RunEvent.AbortBegun.class),
          Map.entry("person-needed", RunEvent.PersonNeeded.class),
          Map.entry("finished", RunEvent.Finished.class));

  private final Map<Class<?>, String> words = new HashMap<>();
  private final Json json;

  EventCodec(Json json) {
    this.json = json;
    KINDS.forEach((word, type) -> words.put(type, word));
    for (var branch : RunEvent.class.getPermittedSubclasses()) {
      for (var type :
          branch.isRecord() ? new Class<?>[] {branch} : branch.getPermittedSubclasses()) {
        if (!words.containsKey(type)) {
          throw new IllegalStateException("no stored word for " + type.getSimpleName());
        }
      }
    }
  }

  record Stored(String kind, int version, String body) {}

  Stored encode(RunEvent event) {
    var kind = words.get(event.getClass());
    if (kind == null) {
      throw new IllegalStateException("no stored word for " + event.getClass().getSimpleName());
    }
    return new Stored(kind, VERSION, json.text(event));
  }

  /**
   * @throws Json.UnknownForm where a newer bot has written it
   */
  RunEvent decode(String kind, int version, String body) {
    var type = KINDS.get(kind);
    if (type == null || version != VERSION) {
      throw new Json.UnknownForm("event " + kind + " v" + version + " needs a newer bot");
    }
    return json.read(body, type);
  }
}
