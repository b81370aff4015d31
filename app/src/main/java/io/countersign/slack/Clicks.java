package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.audit.Reads;
import io.countersign.gate.Ballot;
import io.countersign.gate.GateStore;
import io.countersign.run.Desk;
import io.countersign.run.Desk.Started;
import io.countersign.thread.Line;
import io.countersign.thread.OrderView;
import io.countersign.thread.PlanView;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Buttons. A button is a command: who may do what is decided behind it, never here. */
final class Clicks {
  private static final Logger log = LoggerFactory.getLogger(Clicks.class);
  private static final Line UNKNOWN_CARD =
      Line.of(
          "I do not know this card. Nothing was done. Look for the newest card in the run's"
              + " thread.");
  private static final Pattern RUN = Pattern.compile("[0-9a-hjkmnp-tv-z]{8}");

  private final Commands commands;
  private final Votes votes;
  private final Desk desk;
  private final GateStore gates;
  private final Holders holders;
  private final Drafts drafts;
  private final SlackApi slack;
  private final Whisper whisper;
  private final Reads reads;
  private final Runnable changed;

  Clicks(
      Commands commands,
      Votes votes,
      Desk desk,
      GateStore gates,
      Holders holders,
      Drafts drafts,
      SlackApi slack,
      Whisper whisper,
      Reads reads,
      Runnable changed) {
    this.commands = commands;
    this.votes = votes;
    this.desk = desk;
    this.gates = gates;
    this.holders = holders;
    this.drafts = drafts;
    this.slack = slack;
    this.whisper = whisper;
    this.reads = reads;
    this.changed = changed;
  }

  void handle(Inbound.Clicked click) {
    switch (click.action()) {
      case Drawing.APPROVE -> votes.cast(click, click.value(), Ballot.Choice.APPROVE, door(click));
      case Drawing.TYPE -> askToType(click);
      case Drawing.DENY -> askWhy(click);
      case Drawing.ORDER -> showOrder(click);
      case Commands.START -> start(click);
      case Commands.CHANGE -> commands.change(click);
      case Commands.STATEMENTS -> showStatements(click);
      case Commands.NOT_NOW -> whisper.say(click, Line.of("Nothing was started."));
      case Drawing.RETRY -> told(click, run(click).map(it -> desk.retry(it, click.who())));
      case Drawing.KEEP ->
          told(click, run(click).map(it -> desk.cancel(it, click.who(), "keep it for now")));
      case Drawing.LEAVE -> told(click, run(click).map(it -> desk.leave(it, click.who(), "")));
      case Drawing.CANCEL -> told(click, run(click).map(it -> desk.cancel(it, click.who(), "")));
      case Drawing.CACHES ->
          told(
              click,
              run(click)
                  .map(
                      it ->
                          desk.tellCaches(it, click.who(), "click/" + click.trigger(), "button")));
      case HomeDrawing.LATER -> putOff(click);
      case String action
          when action.startsWith(Commands.TIME) || action.startsWith(Commands.AGAIN) ->
          typeAgain(click);
      case String action when action.startsWith(Commands.FORM + ".") -> commands.form(click);
      default ->
          whisper.say(
              click,
              Line.of(
                  "I do not know this button. Nothing was done. Look for a newer message with"
                      + " one."));
    }
  }

  /** A Home has no channel; a message has one wherever it stands. */
  private static String door(Inbound.Clicked click) {
    return click.channel().isEmpty() ? "home" : "button";
  }

  private void putOff(Inbound.Clicked click) {
    var line =
        HomeDrawing.LaterKey.read(click.value())
            .map(it -> Holders.told(desk.putOff(it.id(), it.due(), click.who())))
            .orElse(
                Line.of(
                    "This button names nothing that I know. Nothing was done. Open Home again."));
    whisper.say(click, line);
    changed.run();
  }

  private void start(Inbound.Clicked click) {
    switch (desk.start(click.value(), click.who())) {
      case Started.Accepted(var run) ->
          whisper.say(
              click,
              Line.of("Run " + run + " is started; its message comes into this channel now."));
      case Started.Repeated(var run) -> {
        var link = holders.link(run);
        var line = Line.of("This plan was started before, as run " + run + ".");
        whisper.say(click, link.isPresent() ? line.text(" ").link(link.get(), "Its thread") : line);
      }
      case Started.Refused(var refusal) -> whisper.say(click, holders.refusal(refusal));
    }
    changed.run();
  }

  private void told(Inbound.Clicked click, Optional<Desk.Told> told) {
    whisper.say(
        click,
        told.map(Holders::told)
            .orElse(
                Line.of(
                    "This button names no run that I know. Nothing was done. Look for a newer"
                        + " message with one.")));
    changed.run();
  }

  private static Optional<RunId> run(Inbound.Clicked click) {
    return RUN.matcher(click.value()).matches()
        ? Optional.of(new RunId(click.value()))
        : Optional.empty();
  }

  private void typeAgain(Inbound.Clicked click) {
    var parts = click.value().split("\n", 2);
    if (parts.length == 2) {
      commands.handle(
          new Inbound.Typed(click.who(), click.channel(), parts[0], parts[1], click.trigger()));
    }
  }

  private void askWhy(Inbound.Clicked click) {
    var question =
        Line.of(
            "A denial ends this run's way forward: what it began is put back as far as that is"
                + " safe.");
    open(click, Modals.deny(click.value(), click.channel(), click.thread(), question));
  }

  /** Typing is only how an approval is confirmed: who may approve is decided behind the form. */
  private void askToType(Inbound.Clicked click) {
    var view = open(click, Modals.loading());
    if (view.isEmpty()) {
      return;
    }
    var gate = Drawing.GateKey.read(click.value()).flatMap(it -> gates.find(it.id()));
    var phrase = gate.flatMap(it -> it.phrase());
    if (phrase.isEmpty()) {
      update(view.get(), Modals.show("Approve", List.of(UNKNOWN_CARD), List.of()));
      return;
    }
    var question =
        Line.of(
            "This cannot be undone. It counts only if somebody else asked for it and you hold the"
                + " role.");
    update(
        view.get(),
        Modals.type(click.value(), click.channel(), click.thread(), question, phrase.get()));
  }

  private void showOrder(Inbound.Clicked click) {
    var view = open(click, Modals.loading());
    if (view.isEmpty()) {
      return;
    }
    var gate = Drawing.GateKey.read(click.value()).flatMap(it -> gates.find(it.id()));
    update(
        view.get(),
        gate.map(
                it ->
                    Modals.show(
                        "Order " + it.digest().shown(), OrderView.of(it), List.of(it.order())))
            .orElseGet(() -> Modals.show("Order", List.of(UNKNOWN_CARD), List.of())));
  }

  private void showStatements(Inbound.Clicked click) {
    var view = open(click, Modals.loading());
    if (view.isEmpty()) {
      return;
    }
    var plan = drafts.find(click.value());
    if (plan.isEmpty()) {
      update(
          view.get(),
          Modals.show(
              "Statements",
              List.of(Line.of("I no longer have this plan. Type the command again.")),
              List.of()));
      return;
    }
    reads.record(new Reads.Read(click.who().key(), Reads.What.PLAN, Optional.empty(), "button"));
    update(
        view.get(),
        Modals.show(
            "Statements",
            List.of(Line.of("What each step will do, exactly. Values not yet known stand in < >.")),
            plan.get().statements().stream().map(PlanView.Statements::text).toList()));
  }

  /** Answers the view's id; where it cannot be opened, the person is told. */
  private Optional<String> open(Inbound.Clicked click, String view) {
    var answer = slack.openView(click.trigger(), view);
    if (answer.got().isEmpty()) {
      whisper.say(
          click,
          Line.of(
              "Slack did not let me open that in time ("
                  + answer.trouble()
                  + "). Nothing was done; press the button again."));
    }
    return answer.got();
  }

  private void update(String view, String content) {
    var answer = slack.updateView(view, content);
    if (answer.got().isEmpty()) {
      log.warn("a view could not be filled: {}", answer.trouble());
    }
  }
}
