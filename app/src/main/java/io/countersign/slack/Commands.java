package io.countersign.slack;

import io.countersign.run.Desk;
import io.countersign.runbook.Arguments;
import io.countersign.runbook.Arguments.Parsed;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Clockwork;
import io.countersign.runbook.Lint;
import io.countersign.runbook.Near;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.TimeReading;
import io.countersign.runbook.Understood;
import io.countersign.runbook.Value;
import io.countersign.thread.Line;
import io.countersign.thread.RunbookLines;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What somebody typed after a slash, or filled in instead of typing it. Starts nothing. */
final class Commands {
  static final String START = "draft.start";
  static final String CHANGE = "draft.change";
  static final String STATEMENTS = "draft.statements";
  static final String NOT_NOW = "draft.not-now";

  /** Types a command with another time. */
  static final String TIME = "time.";

  /** Types a command with a word put right. */
  static final String AGAIN = "again.";

  /** Opens the form for what was typed. */
  static final String FORM = "form";

  private static final int MOST_BUTTONS = 5;

  private final Asking asking;
  private final AskReader forms;
  private final Proposals proposals;
  private final Desk desk;
  private final Rooms rooms;
  private final Zones zones;
  private final Whisper whisper;
  private final InstantSource now;

  /**
   * @param zones for the clock on people's walls alone; who may do what is read elsewhere
   * @param now the database's clock
   */
  Commands(
      Asking asking,
      AskReader forms,
      Proposals proposals,
      Desk desk,
      Rooms rooms,
      Zones zones,
      Whisper whisper,
      InstantSource now) {
    this.asking = asking;
    this.forms = forms;
    this.proposals = proposals;
    this.desk = desk;
    this.rooms = rooms;
    this.zones = zones;
    this.whisper = whisper;
    this.now = now;
  }

  void handle(Inbound.Typed typed) {
    var text = typed.text().strip();
    if (typed.command().equals(Lint.ANY_RUNBOOK)) {
      any(typed, text);
      return;
    }
    var runbook = byCommand(typed.command());
    if (runbook.isEmpty()) {
      whisper.say(
          typed,
          Line.of(
              "No runbook here has the command "
                  + typed.command()
                  + ". Nothing was started. Whoever runs this bot can say what became of it."));
      return;
    }
    asked(typed, runbook.get(), text);
  }

  private Optional<Runbook> byCommand(String command) {
    return asking.runbooks().stream()
        .filter(it -> it.command().equals(Optional.of(command)))
        .findFirst();
  }

  /** {@code /runbook}, {@code /runbook help NAME}, {@code /runbook NAME ...}. */
  private void any(Inbound.Typed typed, String text) {
    var words = text.split("\\s+", 2);
    var rest = words.length > 1 ? words[1].strip() : "";
    if (text.isEmpty() || text.equalsIgnoreCase("help")) {
      whisper.say(typed, RunbookLines.all(asking.runbooks()), forms());
      return;
    }
    boolean help = words[0].equalsIgnoreCase("help");
    var name = help ? rest : words[0];
    var runbook = asking.runbook(name).or(() -> byCommand(name)).or(() -> byCommand("/" + name));
    if (runbook.isEmpty()) {
      unknown(typed, name, help, rest);
    } else {
      asked(typed, runbook.get(), help ? "help" : rest);
    }
  }

  private List<Blocks.Button> forms() {
    return RunbookLines.sorted(asking.runbooks()).stream()
        .filter(Runbook::typeable)
        .limit(MOST_BUTTONS)
        .map(it -> formButton(new Asking.Question(it, Map.of(), List.of()), it.name() + "…"))
        .toList();
  }

  private void unknown(Inbound.Typed typed, String name, boolean help, String rest) {
    var names = asking.runbooks().stream().map(Runbook::name).toList();
    var buttons = new ArrayList<Blocks.Button>();
    for (var near : Near.names(name, names)) {
      var text = help ? "help " + near : (near + " " + rest).strip();
      var value = Lint.ANY_RUNBOOK + "\n" + text;
      if (value.length() <= Blocks.VALUE) {
        buttons.add(
            Blocks.Button.plain(
                AGAIN + buttons.size(),
                Mrkdwn.clipped(Lint.ANY_RUNBOOK + " " + text, Blocks.BUTTON),
                value));
      }
    }
    whisper.say(typed, RunbookLines.unknown(name, asking.runbooks()), buttons);
  }

  private void asked(Inbound.Typed typed, Runbook runbook, String text) {
    if (text.equalsIgnoreCase("help") || !runbook.typeable()) {
      whisper.say(typed, RunbookLines.usage(runbook), List.of());
      return;
    }
    if (text.isEmpty() && !runbook.parameters().isEmpty()) {
      // nothing that takes long may come before a form: its trigger is good for three seconds
      asking.open(typed, typed.trigger(), new Asking.Question(runbook, Map.of(), List.of()));
      return;
    }
    var zone = zones.of(typed.who());
    switch (Arguments.parse(runbook, text, new Clockwork(now.instant(), zone))) {
      case Parsed.Incomplete(var values, var problems) ->
          asking.open(
              typed, typed.trigger(), new Asking.Question(runbook, values, lines(problems)));
      case Parsed.Misread misread -> misread(typed, runbook, misread);
      case Parsed.Read(var values) -> {
        var against = rooms.against(typed.channel());
        if (against.isPresent()) {
          whisper.say(typed, Line.of(against.get()));
        } else {
          proposals.propose(new Proposals.Words(typed, runbook, values, zone));
        }
      }
    }
  }

  private void misread(Inbound.Typed typed, Runbook runbook, Parsed.Misread misread) {
    var lines = new ArrayList<Line>();
    lines.add(Line.of("Nothing was started."));
    lines.addAll(lines(misread.problems()));
    var buttons = new ArrayList<>(Proposals.again(runbook, misread.instead()));
    buttons.add(formButton(new Asking.Question(runbook, misread.values(), List.of())));
    whisper.say(typed, lines, buttons);
  }

  private static List<Line> lines(List<String> sentences) {
    return sentences.stream().map(Line::of).toList();
  }

  /** Opens the form with what was said; nothing in it where that is too long for a button. */
  static Blocks.Button formButton(Asking.Question question) {
    return formButton(question, "Fill in a form…");
  }

  private static Blocks.Button formButton(Asking.Question question, String label) {
    var full = question.runbook().name() + "\n" + Understood.written(question.values());
    var value = full.length() <= Blocks.VALUE ? full : question.runbook().name() + "\n";
    return Blocks.Button.plain(FORM + "." + question.runbook().name(), label, value);
  }

  /** The button of {@link #formButton}. */
  void form(Inbound.Clicked click) {
    var parts = click.value().split("\n", 2);
    var runbook = asking.runbook(parts[0]);
    if (runbook.isEmpty()) {
      whisper.say(click, Line.of("That runbook is no longer here. Nothing was started."));
      return;
    }
    var text = parts.length > 1 ? parts[1] : "";
    // what is written there names moments by their instant, so no zone matters
    var clock = new Clockwork(now.instant(), java.time.ZoneOffset.UTC);
    var values =
        switch (Arguments.parse(runbook.get(), text, clock)) {
          case Parsed.Read it -> it.values();
          case Parsed.Incomplete it -> it.values();
          case Parsed.Misread it -> it.values();
        };
    asking.open(click, click.trigger(), new Asking.Question(runbook.get(), values, List.of()));
  }

  /** The form again, filled with what a plan was made from. */
  void change(Inbound.Clicked click) {
    var asked = desk.asked(click.value(), click.who());
    var runbook = asked.flatMap(it -> asking.runbook(it.runbook()));
    if (runbook.isEmpty()) {
      whisper.say(
          click,
          Line.of(
              "I do not know this plan any more, or it is somebody else's. Nothing was started;"
                  + " type the command again."));
      return;
    }
    asking.open(
        click,
        click.trigger(),
        new Asking.Question(runbook.get(), said(asked.orElseThrow(), runbook.get()), List.of()));
  }

  private static Map<String, Said> said(Desk.Ask ask, Runbook runbook) {
    var said = new HashMap<String, Said>();
    ask.parameters()
        .forEach(
            (name, value) ->
                said.put(
                    name,
                    value instanceof Value.Moment(var at)
                        ? new Said.Time(new TimeReading.Clear(at, at.toString()))
                        : new Said.Is(value)));
    int slash = ask.tenant().indexOf('/');
    Asking.tenantParameter(runbook)
        .ifPresent(
            it ->
                said.put(
                    it,
                    new Said.Tenant(
                        slash < 0
                            ? Optional.empty()
                            : Optional.of(ask.tenant().substring(0, slash)),
                        ask.tenant().substring(slash + 1))));
    return said;
  }

  /** A form that came back; its fields were found right while the person waited. */
  void filled(Inbound.Submitted form) {
    switch (forms.read(form)) {
      case AskReader.Filled.Bad(var problems) -> {
        var lines = new ArrayList<Line>();
        lines.add(Line.of("Nothing was started."));
        problems.values().stream().sorted().distinct().forEach(it -> lines.add(Line.of(it)));
        whisper.say(form, lines, List.of());
      }
      case AskReader.Filled.Good(var runbook, var zone, var values) -> {
        var against = rooms.against(form.channel());
        if (against.isPresent()) {
          whisper.say(form, Line.of(against.get()));
        } else {
          proposals.propose(new Proposals.Words(form, runbook, values, zone));
        }
      }
    }
  }
}
