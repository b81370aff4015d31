package io.countersign.action;

import io.countersign.runbook.ActionSignature;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All actions by name; made once by the wiring. */
public final class Catalogue {
  private final Map<String, Action<?, ?>> actions = new TreeMap<>();

  /**
   * @throws IllegalArgumentException where two actions have one name
   */
  public Catalogue(Collection<? extends Action<?, ?>> all) {
    for (var action : all) {
      if (actions.put(action.type().name(), action) != null) {
        throw new IllegalArgumentException("two actions are called " + action.type().name());
      }
    }
  }

  public Optional<Action<?, ?>> find(String name) {
    return Optional.ofNullable(actions.get(name));
  }

  public Optional<ActionSignature> signature(String name) {
    return find(name).map(it -> it.type().signature());
  }

  public Collection<String> names() {
    return actions.keySet();
  }
}
