package io.countersign.slack;

import io.countersign.run.Desk;
import io.countersign.run.Desk.Proposed;
import io.countersign.runbook.Arguments;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Clockwork;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Understood;
import io.countersign.thread.Line;
import io.countersign.thread.PlanView;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What somebody typed after a slash: read, looked up, and answered with a plan. Starts nothing. */
final class Commands {
  static final String START = "draft.start";
  static final String STATEMENTS = "draft.statements";
  static final String NOT_NOW = "draft.not-now";
  static final String TIME = "time.";
  private static final int MOST_TIMES = 5;
  private static final DateTimeFormatter LABEL =
      DateTimeFormatter.ofPattern("EEE d MMM HH:mm:ss (O)", Locale.ENGLISH);

  private final Function<String, Optional<Runbook>> byCommand;
  private final Desk desk;
  private final SlackApi slack;
  private final Rooms rooms;
  private final Holders holders;
  private final Drafts drafts;
  private final Whisper whisper;
  private final InstantSource now;

  /**
   * @param now the database's clock
   */
  Commands(
      Function<String, Optional<Runbook>> byCommand,
      Desk desk,
      SlackApi slack,
      Rooms rooms,
      Holders holders,
      Drafts drafts,
      Whisper whisper,
      InstantSource now) {
    this.byCommand = byCommand;
    this.desk = desk;
    this.slack = slack;
    this.rooms = rooms;
    this.holders = holders;
    this.drafts = drafts;
    this.whisper = whisper;
    this.now = now;
  }

  void handle(Inbound.Typed typed) {
    var runbook = byCommand.apply(typed.command());
    if (runbook.isEmpty()) {
      whisper.say(
          typed,
          Line.of(
              "No runbook here has the command "
                  + typed.command()
                  + ". Nothing was started. Whoever runs this bot can say what became of it."));
      return;
    }
    var against = rooms.against(typed.channel());
    if (against.isPresent()) {
      whisper.say(typed, Line.of(against.get()));
      return;
    }
    var zone = zone(typed);
    var text = typed.text().strip();
    if (text.isEmpty() || text.equals("help")) {
      usage(typed, runbook.get());
      return;
    }
    switch (Arguments.parse(runbook.get(), text, new Clockwork(now.instant(), zone))) {
      case Arguments.Parsed.Misread(var problems) ->
          whisper.say(
              typed,
              Stream.concat(Stream.of("Nothing was started."), problems.stream())
                  .map(Line::of)
                  .toList(),
              List.of());
      case Arguments.Parsed.Read(var values) -> read(typed, runbook.get(), values, zone);
    }
  }

  private void usage(Inbound.Typed typed, Runbook runbook) {
    var lines = new ArrayList<Line>();
    lines.add(
        Line.of(runbook.title() + ". Type: ")
            .code(Arguments.example(runbook))
            .text(". You see a plan first; nothing starts by itself."));
    runbook
        .parameters()
        .forEach(
            it ->
                lines.add(
                    Line.EMPTY.code(it.name()).text(it.help().isBlank() ? "" : ": " + it.help())));
    whisper.say(typed, lines, List.of());
  }

  private void read(Inbound.Typed typed, Runbook runbook, Map<String, Said> values, ZoneId zone) {
    switch (Understood.of(values)) {
      case Understood.AskBack back -> askBack(typed, back, zone);
      case Understood.Clear clear -> propose(typed, runbook, clear, zone);
    }
  }

  private void propose(Inbound.Typed typed, Runbook runbook, Understood.Clear clear, ZoneId zone) {
    var ask =
        new Desk.Ask(
            typed.who(),
            typed.channel(),
            runbook.name(),
            clear.tenant(),
            clear.parameters(),
            clear.reason());
    switch (desk.propose(ask)) {
      case Proposed.Planned(var draft) ->
          offer(typed, PlanView.of(draft, runbook, zone, now.instant()));
      case Proposed.Refused(var refusals) ->
          whisper.say(typed, refusals.stream().map(holders::refusal).toList(), List.of());
    }
  }

  private void offer(Inbound.Typed typed, PlanView plan) {
    drafts.keep(plan);
    whisper.say(
        typed,
        plan.lines(),
        List.of(
            Blocks.Button.primary(START, "Start", plan.draft()),
            Blocks.Button.plain(STATEMENTS, "Show every statement", plan.draft()),
            Blocks.Button.plain(NOT_NOW, "Not now", plan.draft())));
  }

  /** One button for each moment that was possibly meant; it types the command again, exactly. */
  private void askBack(Inbound.Typed typed, Understood.AskBack back, ZoneId zone) {
    var buttons = new ArrayList<Blocks.Button>();
    for (var candidate : back.reading().candidates().stream().limit(MOST_TIMES).toList()) {
      var command = typed.command() + "\n" + back.again(candidate);
      if (command.length() <= Blocks.VALUE) {
        buttons.add(
            Blocks.Button.plain(
                TIME + buttons.size(), LABEL.format(candidate.atZone(zone)), command));
      }
    }
    whisper.say(typed, back.sentences().stream().map(Line::of).toList(), buttons);
  }

  private ZoneId zone(Inbound.Typed typed) {
    try {
      return slack
          .account(typed.who().user())
          .got()
          .flatMap(SlackApi.Account::zone)
          .map(ZoneId::of)
          .orElse(ZoneOffset.UTC);
    } catch (DateTimeException unknown) {
      return ZoneOffset.UTC;
    }
  }
}
