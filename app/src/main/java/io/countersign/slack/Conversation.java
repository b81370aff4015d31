package io.countersign.slack;

import io.countersign.Digest;
import io.countersign.thread.Line;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives what came in to whoever handles it. Nobody is left without an answer. */
final class Conversation implements Intake.Handler {
  private static final Logger log = LoggerFactory.getLogger(Conversation.class);

  private final Commands commands;
  private final Clicks clicks;
  private final Votes votes;
  private final Mentions mentions;
  private final Homekeeping homes;
  private final Whisper whisper;

  Conversation(
      Commands commands,
      Clicks clicks,
      Votes votes,
      Mentions mentions,
      Homekeeping homes,
      Whisper whisper) {
    this.commands = commands;
    this.clicks = clicks;
    this.votes = votes;
    this.mentions = mentions;
    this.homes = homes;
    this.whisper = whisper;
  }

  @Override
  public void handle(Inbound inbound) {
    try {
      switch (inbound) {
        case Inbound.Typed it -> commands.handle(it);
        case Inbound.Clicked it -> clicks.handle(it);
        case Inbound.Submitted it -> submitted(it);
        case Inbound.Said it -> mentions.handle(it);
        case Inbound.Opened it -> homes.opened(it);
      }
    } catch (RuntimeException unexpected) {
      var reference = Digest.of(inbound.toString()).shown();
      log.error(
          "{} by {} failed, reference {}: {}",
          inbound.kind(),
          inbound.who(),
          reference,
          Intake.name(unexpected));
      whisper.say(inbound, Line.of(sentence(inbound) + " Reference " + reference + "."));
    }
  }

  private void submitted(Inbound.Submitted form) {
    var gate = Modals.gateOf(form.metadata());
    switch (form.view()) {
      case Modals.DENY -> votes.deny(form, gate, form.entered().getOrDefault(Modals.REASON, ""));
      case Modals.TYPE -> votes.approve(form, gate, form.entered().getOrDefault(Modals.TYPED, ""));
      case AskForm.CALLBACK -> commands.filled(form);
      default ->
          whisper.say(
              form,
              Line.of("I do not know this form. Nothing was done. Press the card's button again."));
    }
  }

  private static String sentence(Inbound inbound) {
    return switch (inbound) {
      case Inbound.Typed _ ->
          "Something went wrong on my side, and nothing was started. Type the command again.";
      case Inbound.Clicked _, Inbound.Submitted _ ->
          "Something went wrong on my side, and I cannot say whether your click took effect. The"
              + " thread shows what did; pressing again does nothing twice.";
      case Inbound.Said _, Inbound.Opened _ ->
          "Something went wrong on my side. Ask again in a minute.";
    };
  }
}
