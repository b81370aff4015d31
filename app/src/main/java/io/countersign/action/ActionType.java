package io.countersign.action;

import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Risk;
import java.util.Set;

/**
 * What an action declares; nothing has a preset.
 *
 * @param name as runbooks write it, {@code database.swap}
 * @param inputs a record; its components are the inputs, kebab-case in YAML, {@code @Nullable} ones
 *     may be left out
 * @param outputs a record; its components are the outputs
 * @param risk what it can destroy
 * @param recovery what happens after a crash in the middle of it
 * @param binding outputs that become part of an order when a gate names the step as evidence
 * @param skippable whether a runbook may declare it {@code optional}; never freeze, settle,
 *     preflight or parity
 * @param summary one line for people, present tense: "swap the databases' names"
 */
public record ActionType<I extends Record, O extends Record>(
    String name,
    Class<I> inputs,
    Class<O> outputs,
    Risk risk,
    Recovery recovery,
    Set<String> binding,
    boolean skippable,
    String summary) {
  public ActionType {
    binding = Set.copyOf(binding);
    var known = Fields.of(outputs).types().keySet();
    if (!known.containsAll(binding)) {
      throw new IllegalArgumentException(
          name + ": binding outputs " + binding + " are not all among " + known);
    }
  }

  public ActionSignature signature() {
    var in = Fields.of(inputs);
    return new ActionSignature(
        name, in.types(), in.optional(), Fields.of(outputs).types(), risk, skippable);
  }
}
