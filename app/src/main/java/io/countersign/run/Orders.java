package io.countersign.run;

import io.countersign.Digest;
import io.countersign.Problem;
import io.countersign.action.ActionFailed;
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
      Catalogue actions)
      throws ActionFailed {
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
      Runbook runbook, Step step, Facts facts, Catalogue actions) throws ActionFailed {
    var evidence = new HashMap<String, String>();
    for (var from : step.gate().orElseThrow().evidence()) {
      var made = facts.outputs().get(from);
      if (made == null) {
        throw lacking(step, "step " + from + " has not succeeded");
      }
      var action = runbook.step(from).flatMap(it -> actions.find(it.action())).orElseThrow();
      for (var output : action.type().binding()) {
        var value = made.get(output);
        if (value == null) {
          throw lacking(step, "step " + from + " made no " + output);
        }
        evidence.put(from + "." + output, value.shown());
      }
    }
    return evidence;
  }

  /** Nobody is asked to approve on evidence that is not there. */
  private static ActionFailed lacking(Step step, String what) {
    return new ActionFailed(
        new Problem(
            "at the gate of " + step.id(),
            "Its evidence is missing: " + what + ".",
            "Let the gate rest only on steps that always run, then start the run again."));
  }
}
