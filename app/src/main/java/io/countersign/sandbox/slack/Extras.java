package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the page offers beyond Slack: buttons such as "skip 7 days", and things to try. */
final class Extras {

  private final Guard guard;
  private final Map<String, Runnable> controls = new LinkedHashMap<>();
  private final Map<String, String> hints = new LinkedHashMap<>();

  Extras(Guard guard) {
    this.guard = guard;
  }

  void addControl(String label, Runnable action) {
    guard.changed(() -> controls.put(label, action));
  }

  void addHint(String text, String explanation) {
    guard.changed(() -> hints.put(text, explanation));
  }

  /** False when there is no such control. */
  boolean run(String label) {
    Optional<Runnable> action = guard.read(() -> Optional.ofNullable(controls.get(label)));
    action.ifPresent(Runnable::run);
    return action.isPresent();
  }

  void describe(ObjectNode state) {
    ArrayNode labels = state.putArray("controls");
    controls.keySet().forEach(labels::add);
    ArrayNode list = state.putArray("hints");
    hints.forEach((text, why) -> list.addObject().put("text", text).put("why", why));
  }
}
