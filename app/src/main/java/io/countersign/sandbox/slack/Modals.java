package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Open views: a stack of at most three modals, and one App Home, per person. */
final class Modals {

  private static final int STACK = 3;

  private final Guard guard;
  private final Clock clock;
  private final Map<String, List<View>> stacks = new HashMap<>();
  private final Map<String, View> homes = new HashMap<>();
  private long count;

  Modals(Guard guard, Clock clock) {
    this.guard = guard;
    this.clock = clock;
  }

  View open(String person, ObjectNode body) {
    return guard.change(
        () -> {
          stacks.remove(person);
          return pushed(person, body, stack(person));
        });
  }

  View push(String person, ObjectNode body) {
    return guard.change(
        () -> {
          List<View> stack = stack(person);
          if (stack.size() >= STACK) {
            throw new Refused("push_limit_reached");
          }
          return pushed(person, body, stack);
        });
  }

  private View pushed(String person, ObjectNode body, List<View> stack) {
    String id = "V0" + String.format(java.util.Locale.ROOT, "%06d", ++count);
    String root = stack.isEmpty() ? id : stack.getFirst().id();
    String previous = stack.isEmpty() ? "" : stack.getLast().id();
    View view = new View(id, hash(), person, withIds(body), root, previous, nobody());
    stack.add(view);
    return view;
  }

  View publish(String person, ObjectNode body, String expectedHash) {
    return guard.change(
        () -> {
          View old = homes.get(person);
          checkHash(old == null ? "" : old.hash(), expectedHash);
          String id = old == null ? "V0HOME" + ++count : old.id();
          View view = new View(id, hash(), person, withIds(body), id, "", nobody());
          homes.put(person, view);
          return view;
        });
  }

  View update(String viewId, String externalId, ObjectNode body, String expectedHash) {
    return guard.change(
        () -> {
          View old = find(viewId, externalId).orElseThrow(() -> new Refused("not_found"));
          checkHash(old.hash(), expectedHash);
          return replaced(old, body);
        });
  }

  private View replaced(View old, ObjectNode body) {
    View view =
        new View(
            old.id(),
            hash(),
            old.person(),
            withIds(body),
            old.rootId(),
            old.previousId(),
            nobody());
    homes.computeIfPresent(old.person(), (_, home) -> home.id().equals(old.id()) ? view : home);
    stack(old.person()).replaceAll(open -> open.id().equals(old.id()) ? view : open);
    return view;
  }

  private static void checkHash(String actual, String expected) {
    if (!expected.isEmpty() && !expected.equals(actual)) {
      throw new Refused("hash_conflict");
    }
  }

  Optional<View> find(String viewId, String externalId) {
    return guard.read(
        () ->
            java.util.stream.Stream.concat(
                    stacks.values().stream().flatMap(List::stream), homes.values().stream())
                .filter(
                    view ->
                        viewId.isEmpty()
                            ? !externalId.isEmpty()
                                && Json.text(view.body(), "external_id").equals(externalId)
                            : view.id().equals(viewId))
                .findFirst());
  }

  void close(View view) {
    guard.changed(() -> stack(view.person()).removeIf(open -> open.id().equals(view.id())));
  }

  void clear(String person) {
    guard.changed(() -> stack(person).clear());
  }

  /** Bottom first. */
  List<View> of(String person) {
    return guard.read(() -> List.copyOf(stack(person)));
  }

  Optional<View> top(String person) {
    return guard.read(
        () -> Optional.of(stack(person)).filter(s -> !s.isEmpty()).map(List::getLast));
  }

  Optional<View> homeOf(String person) {
    return guard.read(() -> Optional.ofNullable(homes.get(person)));
  }

  private List<View> stack(String person) {
    return stacks.computeIfAbsent(person, _ -> new ArrayList<>());
  }

  private static ObjectNode withIds(ObjectNode body) {
    ObjectNode complete = body.deepCopy();
    complete.set("blocks", BlockRules.withIds(body.path("blocks")));
    return complete;
  }

  private String hash() {
    return clock.instant().getEpochSecond() + "." + Long.toString(++count, 36);
  }

  private Reader nobody() {
    return new Reader(Map.of(), ZoneOffset.UTC, clock.instant());
  }
}
