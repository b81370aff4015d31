package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the page shows that the workspace does not know: the bot's commands, the roles of user
 * groups, things to try; and what it offers beyond Slack, such as skipping seven days.
 */
final class Extras {

  /** The bot's clock was moved, at a stamp between those of messages. */
  private record Skip(String stamp, Duration by, Duration ahead) {

    /** In milliseconds, as the page counts. */
    double at() {
      return new BigDecimal(stamp).movePointRight(3).doubleValue();
    }
  }

  private record Command(String title, String usage) {}

  private final Guard guard;
  private final Supplier<String> stamps;
  private final Map<String, Runnable> controls = new LinkedHashMap<>();
  private final Map<String, Command> commands = new LinkedHashMap<>();
  private final Map<String, String> roles = new LinkedHashMap<>();
  private final Map<String, String> hints = new LinkedHashMap<>();
  private final List<Skip> skips = new ArrayList<>();

  Extras(Guard guard, Supplier<String> stamps) {
    this.guard = guard;
    this.stamps = stamps;
  }

  void addControl(String label, Runnable action) {
    guard.changed(() -> controls.put(label, action));
  }

  /** A control after which the page's clock is ahead by so much more. */
  void addSkip(String label, Duration by, Runnable skip) {
    addControl(
        label,
        () -> {
          String stamp = stamps.get();
          skip.run();
          guard.changed(() -> skips.add(new Skip(stamp, by, ahead().plus(by))));
        });
  }

  private Duration ahead() {
    return skips.isEmpty() ? Duration.ZERO : skips.getLast().ahead();
  }

  void addCommand(String name, String title, String usage) {
    guard.changed(() -> commands.put(name, new Command(title, usage)));
  }

  void addRole(String group, String role) {
    guard.changed(() -> roles.put(group, role));
  }

  void addHint(String text, String explanation) {
    guard.changed(() -> hints.put(text, explanation));
  }

  /** The role that the group stands for, else its handle. */
  String roleOf(UserGroup group) {
    return guard.read(() -> roles.getOrDefault(group.id(), group.handle()));
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
    ArrayNode known = state.putArray("commands");
    commands.forEach(
        (name, it) ->
            known.addObject().put("name", name).put("title", it.title()).put("usage", it.usage()));
    ArrayNode jumps = state.putArray("skips");
    skips.forEach(
        it ->
            jumps
                .addObject()
                .put("at", it.at())
                .put("by", it.by().toMillis())
                .put("ahead", it.ahead().toMillis()));
    ArrayNode list = state.putArray("hints");
    hints.forEach((text, why) -> list.addObject().put("text", text).put("why", why));
  }
}
