package io.countersign.server;

import io.countersign.action.Catalogue;
import io.countersign.run.EstateParts;
import io.countersign.runbook.ActionSignature;
import io.countersign.yaml.RunbookReader;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What runbooks are read against.
 *
 * @param actions the same in every estate
 */
record ActionsKnown(Catalogue actions, Set<String> estates) {
  ActionsKnown {
    estates = Set.copyOf(estates);
  }

  static ActionsKnown of(Map<String, EstateParts> estates) {
    return new ActionsKnown(estates.values().iterator().next().actions(), estates.keySet());
  }

  RunbookReader.Read read(String file, String text) {
    return RunbookReader.read(file, text, this::signature, actions.names(), estates);
  }

  private Optional<ActionSignature> signature(String name) {
    return actions.signature(name);
  }
}
