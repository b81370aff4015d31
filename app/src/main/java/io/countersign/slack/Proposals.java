package io.countersign.slack;

import io.countersign.run.Desk;
import io.countersign.run.Desk.Proposed;
import io.countersign.run.Desk.Refusal;
import io.countersign.runbook.Arguments;
import io.countersign.runbook.Arguments.Instead;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Understood;
import io.countersign.thread.Line;
import io.countersign.thread.PlanView;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Answers what a person said for a runbook, typed or filled in, with a plan. Starts nothing. */
final class Proposals {
  private static final int MOST_TIMES = 5;
  private static final DateTimeFormatter LABEL =
      DateTimeFormatter.ofPattern("EEE d MMM HH:mm:ss (O)", Locale.ENGLISH);

  private final Desk desk;
  private final Holders holders;
  private final Drafts drafts;
  private final Whisper whisper;
  private final InstantSource now;

  /**
   * @param now the database's clock
   */
  Proposals(Desk desk, Holders holders, Drafts drafts, Whisper whisper, InstantSource now) {
    this.desk = desk;
    this.holders = holders;
    this.drafts = drafts;
    this.whisper = whisper;
    this.now = now;
  }

  /** Somebody's words for one runbook. */
  record Words(Inbound to, Runbook runbook, Map<String, Said> values, ZoneId zone) {
    Words {
      values = Map.copyOf(values);
    }
  }

  void propose(Words words) {
    switch (Understood.of(words.values())) {
      case Understood.AskBack back -> askBack(words, back);
      case Understood.Clear clear -> propose(words, clear);
    }
  }

  private void propose(Words words, Understood.Clear clear) {
    var ask =
        new Desk.Ask(
            words.to().who(),
            words.to().channel(),
            words.runbook().name(),
            clear.tenant(),
            clear.parameters(),
            clear.reason());
    switch (desk.propose(ask)) {
      case Proposed.Planned(var draft) ->
          offer(words.to(), PlanView.of(draft, words.runbook(), words.zone(), now.instant()));
      case Proposed.Refused(var refusals) -> refuse(words, clear, refusals);
    }
  }

  private void offer(Inbound to, PlanView plan) {
    drafts.keep(plan);
    whisper.say(
        to,
        plan.lines(),
        List.of(
            Blocks.Button.primary(Commands.START, "Start", plan.draft()),
            Blocks.Button.plain(Commands.CHANGE, "Change", plan.draft()),
            Blocks.Button.plain(Commands.STATEMENTS, "Show every statement", plan.draft()),
            Blocks.Button.plain(Commands.NOT_NOW, "Not now", plan.draft())));
  }

  /** With how the times were read, so that a misread one is seen here as well. */
  private void refuse(Words words, Understood.Clear clear, List<Refusal> refusals) {
    var lines = new ArrayList<>(refusals.stream().map(holders::refusal).toList());
    lines.addAll(PlanView.readings(clear.parameters(), words.zone(), now.instant()));
    var instead = new ArrayList<Instead>();
    for (var refusal : refusals) {
      if (refusal instanceof Refusal.OtherTenant(_, var names)) {
        names.forEach(it -> with(words, it).ifPresent(instead::add));
      }
    }
    var buttons = again(words.runbook(), instead);
    for (var refusal : refusals) {
      if (refusal instanceof Refusal.ABackupInstead(_, var command, var said)) {
        buttons.add(
            Blocks.Button.plain(
                Commands.AGAIN + buttons.size(),
                Mrkdwn.clipped(command + " " + said, Blocks.BUTTON),
                command + "\n" + said));
      }
    }
    whisper.say(words.to(), lines, buttons);
  }

  private static Optional<Instead> with(Words words, String tenant) {
    return Asking.tenantParameter(words.runbook())
        .map(
            name -> {
              int slash = tenant.indexOf('/');
              var values = new HashMap<>(words.values());
              values.remove(name);
              var rest = Understood.written(values);
              values.put(
                  name,
                  new Said.Tenant(
                      slash < 0 ? Optional.empty() : Optional.of(tenant.substring(0, slash)),
                      tenant.substring(slash + 1)));
              return new Instead((tenant + " " + rest).strip(), Understood.written(values));
            });
  }

  /** One button for each moment that was possibly meant; it types the command again, exactly. */
  private void askBack(Words words, Understood.AskBack back) {
    var buttons = new ArrayList<Blocks.Button>();
    for (var candidate : back.reading().candidates().stream().limit(MOST_TIMES).toList()) {
      var command = typed(words.runbook(), back.again(candidate));
      if (command.length() <= Blocks.VALUE) {
        buttons.add(
            Blocks.Button.plain(
                Commands.TIME + buttons.size(),
                LABEL.format(candidate.atZone(words.zone())),
                command));
      }
    }
    whisper.say(words.to(), back.sentences().stream().map(Line::of).toList(), buttons);
  }

  /** Buttons that type these instead. */
  static List<Blocks.Button> again(Runbook runbook, List<Instead> instead) {
    var buttons = new ArrayList<Blocks.Button>();
    for (var one : instead) {
      var value = typed(runbook, one.text());
      if (value.length() <= Blocks.VALUE) {
        buttons.add(
            Blocks.Button.plain(
                Commands.AGAIN + buttons.size(),
                Mrkdwn.clipped(Arguments.command(runbook) + " " + one.shown(), Blocks.BUTTON),
                value));
      }
    }
    return buttons;
  }

  /** Command and text, as {@link Clicks} types them. */
  static String typed(Runbook runbook, String text) {
    var command = Arguments.command(runbook);
    int space = command.indexOf(' ');
    return space < 0
        ? command + "\n" + text
        : command.substring(0, space) + "\n" + command.substring(space + 1) + " " + text;
  }
}
