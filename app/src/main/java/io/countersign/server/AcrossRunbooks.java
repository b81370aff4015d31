package io.countersign.server;

import io.countersign.runbook.Complaint;
import io.countersign.runbook.Input;
import io.countersign.runbook.Near;
import io.countersign.runbook.Place;
import io.countersign.runbook.Step;
import io.countersign.runbook.Value;
import io.countersign.yaml.RunbookReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can be wrong with a runbook only because of the others. */
record AcrossRunbooks(String file, RunbookReader.Read.Valid read) {
  /** Inputs that name a runbook, by action. */
  private static final Map<String, String> NAMING = Map.of("drop.schedule", "runbook");

  Complaint nameTaken() {
    return complaint(
        read.places().value("runbook"),
        "another file has a runbook " + read.runbook().name(),
        "Rename one of them.");
  }

  Complaint commandTaken() {
    return complaint(
        read.places().value("command"),
        "another file has the command " + read.runbook().command().orElse(""),
        "A command starts one runbook: give this one another.");
  }

  /** Runbooks that are to be started later and do not exist: nobody would be asked. */
  List<Complaint> unknown(Set<String> names) {
    var complaints = new ArrayList<Complaint>();
    complaints.addAll(unknown("steps", read.runbook().steps(), names));
    complaints.addAll(unknown("on-abort", read.runbook().onAbort(), names));
    return complaints;
  }

  private List<Complaint> unknown(String list, List<Step> steps, Set<String> names) {
    var complaints = new ArrayList<Complaint>();
    for (int i = 0; i < steps.size(); i++) {
      var input = NAMING.get(steps.get(i).action());
      if (input != null
          && steps.get(i).with().get(input) instanceof Input.Literal(Value.Text(var name))
          && !names.contains(name)) {
        complaints.add(
            complaint(
                read.places().value(list + "/" + i + "/with/" + input),
                "no runbook is called " + name,
                Near.hint(name, names)));
      }
    }
    return complaints;
  }

  private Complaint complaint(Place place, String message, String hint) {
    return new Complaint(file, place.line(), place.column(), message, hint);
  }
}
