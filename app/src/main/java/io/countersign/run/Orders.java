package io.countersign.run;

import io.countersign.Digest;
import io.countersign.action.Catalogue;
import io.countersign.action.Intent;
import io.countersign.gate.Order;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.util.HashMap;
import java.util.Map;

/** Makes a gated step's order from what the journal holds and what the action looked up. Pure. */
final class Orders {
  private static final int LONG = 200;

  private Orders() {}

  static Order of(
      Runbook runbook,
      Step step,
      Facts facts,
      Map<String, Value> inputs,
      Intent intent,
      Catalogue actions) {
    var parameters = new HashMap<String, String>();
    facts
        .spec()
        .parameters()
        .forEach(
            (name, value) -> {
              // free text is for people and binds nothing
              if (value.type() != ValueType.TEXT) {
                parameters.put(name, value.shown());
              }
            });
    var shown = new HashMap<String, String>();
    inputs.forEach((name, value) -> shown.put(name, bound(value.shown())));
    return new Order(
        facts.spec().id(),
        facts.spec().runbookDigest(),
        step.id(),
        step.action(),
        parameters,
        shown,
        intent.facts(),
        evidence(runbook, step, facts, actions));
  }

  /** A long list binds by its digest, so that an order stays readable whatever a tenant holds. */
  private static String bound(String value) {
    return value.length() <= LONG
        ? value
        : "SHA-256 " + Digest.of(value).hex() + " of " + value.length() + " characters";
  }

  /** The binding outputs of the steps that the gate names. */
  private static Map<String, String> evidence(
      Runbook runbook, Step step, Facts facts, Catalogue actions) {
    var evidence = new HashMap<String, String>();
    for (var from : step.gate().orElseThrow().evidence()) {
      var made = facts.outputs().get(from);
      if (made == null) {
        throw new IllegalStateException("the gate of " + step.id() + " lacks its evidence " + from);
      }
      var action = runbook.step(from).flatMap(it -> actions.find(it.action())).orElseThrow();
      for (var output : action.type().binding()) {
        var value = made.get(output);
        if (value == null) {
          throw new IllegalStateException("step " + from + " made no " + output);
        }
        evidence.put(from + "." + output, value.shown());
      }
    }
    return evidence;
  }
}
