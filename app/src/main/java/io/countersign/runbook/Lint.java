package io.countersign.runbook;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Finds what is wrong in a runbook whose form is right: names, references, types, gates. Knows
 * nothing of files; {@link Places} says where everything stands. An empty id or action was
 * complained about by the reader and is passed over.
 */
public final class Lint {
  public static final int MOST_STEPS = 64;
  public static final int MOST_PARAMETERS = 20;
  public static final int LONGEST_ID = 24;
  public static final int LONGEST_NAME = 40;
  public static final int LONGEST_COMMAND = 32;
  public static final Pattern WORD = Pattern.compile("[a-z][a-z0-9-]*");
  public static final Pattern COMMAND = Pattern.compile("/[a-z0-9][a-z0-9_-]*");

  /** The bot's own command, which lists all runbooks and starts any. */
  public static final String ANY_RUNBOOK = "/runbook";

  private static final Pattern ABORT_ID = Pattern.compile("abort-[0-9]+");
  private static final Set<String> RESERVED = Set.of("run", "tenant", "estate");

  /** What a runbook can refer to outside itself. */
  public record Known(
      Function<String, Optional<ActionSignature>> actions,
      Collection<String> actionNames,
      Set<String> estates) {
    public Known {
      actionNames = List.copyOf(actionNames);
      estates = Set.copyOf(estates);
    }
  }

  private final Runbook runbook;
  private final Known known;
  private final Places places;
  private final Complaints complaints;

  private Lint(Runbook runbook, Known known, Places places, Complaints complaints) {
    this.runbook = runbook;
    this.known = known;
    this.places = places;
    this.complaints = complaints;
  }

  /** Adds everything that is wrong to the complaints. */
  public static void check(Runbook runbook, Known known, Places places, Complaints complaints) {
    new Lint(runbook, known, places, complaints).head();
    new LintParameters(places, complaints).check(runbook.parameters());
    new LintInputs(runbook, known, places, complaints).check();
    new LintGates(runbook, known, places, complaints).check();
  }

  /** The id under which line {@code index} (from 0) of {@code on-abort} is known. */
  public static String abortId(int index) {
    return "abort-" + (index + 1);
  }

  private void head() {
    if (!runbook.name().isEmpty()) {
      word(places.value("runbook"), "the runbook's name", runbook.name(), LONGEST_NAME, complaints);
    }
    estates();
    runbook.command().ifPresent(this::command);
    count(runbook.steps(), "steps");
    count(runbook.onAbort(), "on-abort");
    ids();
    targets();
  }

  private void targets() {
    var known = new ArrayList<>(runbook.steps().stream().map(Step::id).toList());
    known.add("run");
    for (var id : runbook.targets().keySet()) {
      if (!known.contains(id)) {
        complaints.add(
            places.key("targets/" + id),
            "a target is set for " + id + ", which is no step",
            Near.hint(id, known));
      }
    }
  }

  private void estates() {
    var seen = new ArrayList<String>();
    for (int i = 0; i < runbook.estates().size(); i++) {
      var name = runbook.estates().get(i);
      var place = places.value("estates/" + i);
      if (seen.contains(name)) {
        complaints.add(place, "estate " + name + " is named twice", "Name it once.");
      } else if (!known.estates().contains(name)) {
        complaints.add(place, "no estate is called " + name, Near.hint(name, known.estates()));
      }
      seen.add(name);
    }
  }

  private void command(String command) {
    var place = places.value("command");
    if (command.length() > LONGEST_COMMAND) {
      complaints.add(
          place,
          "the command has " + command.length() + " characters, more than " + LONGEST_COMMAND,
          "Slack takes no longer ones: shorten it.");
    } else if (!COMMAND.matcher(command).matches()) {
      complaints.add(
          place,
          command + " is no slash command",
          "Write / and then lower-case letters, digits, - or _, such as /tenant-restore.");
    } else if (command.equals(ANY_RUNBOOK)) {
      complaints.add(
          place,
          "the command " + command + " is the bot's own: it lists all runbooks and starts any",
          "Give this runbook another, such as /" + runbook.name() + ".");
    }
  }

  private void count(List<Step> steps, String path) {
    if (steps.size() > MOST_STEPS) {
      complaints.add(
          places.key(path),
          path + " has " + steps.size() + " lines, more than " + MOST_STEPS,
          "Split the runbook.");
    }
  }

  private void ids() {
    Map<String, Place> first = new HashMap<>();
    for (int i = 0; i < runbook.steps().size(); i++) {
      var id = runbook.steps().get(i).id();
      if (id.isEmpty()) {
        continue;
      }
      var place = places.value("steps/" + i + "/id");
      id(place, id);
      var earlier = first.putIfAbsent(id, place);
      if (earlier != null) {
        complaints.add(
            place,
            "id " + id + " is used twice, first in line " + earlier.line(),
            "Give every step an id of its own.");
      }
    }
  }

  private void id(Place place, String id) {
    if (RESERVED.contains(id) || ABORT_ID.matcher(id).matches()) {
      complaints.add(
          place,
          "id " + id + " is reserved",
          "run, tenant, estate and abort-1, abort-2 ... mean something else in references.");
      return;
    }
    word(place, "the id", id, LONGEST_ID, complaints);
  }

  /** Complains where a name is too long or not made of lower-case letters, digits and hyphens. */
  static void word(Place place, String what, String word, int longest, Complaints complaints) {
    if (word.length() > longest) {
      complaints.add(
          place,
          what + " " + word + " has " + word.length() + " characters, more than " + longest,
          "Shorten it.");
    } else if (!WORD.matcher(word).matches()) {
      complaints.add(
          place,
          what + " " + word + " is not made of lower-case letters, digits and -",
          "Begin with a letter, such as copy-2.");
    }
  }
}
