package io.countersign.yaml;

import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Risk;
import io.countersign.server.Authored;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The actions' signatures as lint sees them. */
final class Signatures {
  private static final Map<String, ActionSignature> BY_NAME =
      Authored.actions().names().stream()
          .flatMap(it -> Authored.actions().signature(it).stream())
          .map(Signatures::perhapsSkippable)
          .collect(Collectors.toMap(ActionSignature::name, Function.identity()));

  private Signatures() {}

  static RunbookReader.Read read(String file, String text) {
    return RunbookReader.read(
        file,
        text,
        it -> Optional.ofNullable(BY_NAME.get(it)),
        BY_NAME.keySet(),
        Set.of("medsuite"));
  }

  static Collection<ActionSignature> all() {
    return BY_NAME.values();
  }

  /** Few actions of ours may be skipped; here more may, so that the rules for it are tried. */
  private static ActionSignature perhapsSkippable(ActionSignature real) {
    return new ActionSignature(
        real.name(),
        real.inputs(),
        real.optionalInputs(),
        real.outputs(),
        real.risk(),
        real.skippable() || real.risk() == Risk.OWNED);
  }
}
