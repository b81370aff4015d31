package io.countersign.sandbox;

import io.countersign.sandbox.slack.Button;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** What every part of the demo does in the channel: type, press, wait, read aloud. */
final class Scene {
  static final Duration SOON = Duration.ofSeconds(20);
  static final Duration LONG = Duration.ofMinutes(5);
  static final String CHANNEL = Workspace.INCIDENT;

  private final SlackDriver slack;
  private final Transcript transcript;

  Scene(SandboxWorld world, Transcript transcript) {
    this.slack = world.slack().driver();
    this.transcript = transcript;
  }

  /** Alice types, reads the plan, and presses Start. */
  Optional<Message> start(String command, String typed) {
    transcript.person("Alice", command + " " + typed);
    var before = roots();
    int seen = slack.ephemerals(Workspace.ALICE).size();
    slack.slash(Workspace.ALICE, CHANNEL, command, typed);
    slack.await(it -> it.ephemerals(Workspace.ALICE).size() > seen, SOON);
    var plan = slack.ephemerals(Workspace.ALICE).getLast();
    if (slack.ephemerals(Workspace.ALICE).size() == seen || !plan.hasButton("draft.start")) {
      transcript.check("Alice sees a plan", false, last(Workspace.ALICE));
      return Optional.empty();
    }
    transcript.bot("(only to Alice) " + read(Workspace.ALICE, plan));
    transcript.check("nothing has happened yet", roots() == before, "a message stands there");
    transcript.person("Alice", "[Start]");
    slack.click(Workspace.ALICE, plan, "draft.start");
    return root(before);
  }

  /** A run's message that says this in its first line. */
  Optional<Message> rootAbout(String words) {
    slack.await(_ -> about(words).isPresent(), SOON);
    transcript.check("a message stands in the channel", about(words).isPresent(), words);
    return about(words);
  }

  private Optional<Message> about(String words) {
    return slack.messages(CHANNEL).reversed().stream()
        .filter(it -> !it.isEphemeral() && it.threadTs() == null && it.text().contains(words))
        .findFirst();
  }

  /** The run's message that comes after so many others. */
  Optional<Message> root(long before) {
    slack.await(_ -> roots() > before, SOON);
    var root =
        slack.messages(CHANNEL).stream()
            .filter(it -> !it.isEphemeral() && it.threadTs() == null)
            .skip(before)
            .findFirst();
    transcript.check("one message stands in the channel", root.isPresent(), "none");
    return root;
  }

  long roots() {
    return slack.messages(CHANNEL).stream()
        .filter(it -> !it.isEphemeral() && it.threadTs() == null)
        .count();
  }

  /** The open card of a run, or nothing where the run ends without one. */
  Optional<Message> card(Message root, String button) {
    slack.await(_ -> open(root, button).isPresent() || ended(root), LONG);
    var card = open(root, button);
    transcript.check("the run asks for a second person", card.isPresent(), headline(root));
    card.ifPresent(it -> transcript.bot(read(Workspace.BOB, it)));
    return card;
  }

  private Optional<Message> open(Message root, String button) {
    return slack.replies(CHANNEL, root.ts()).stream()
        .filter(it -> it.hasButton(button))
        .findFirst();
  }

  /** Somebody presses a button, and hears privately why it does not count. */
  void refused(String name, String person, Message card, String button) {
    int seen = slack.ephemerals(person).size();
    transcript.person(name, "[" + label(card, button) + "]");
    slack.click(person, card, button);
    slack.await(it -> it.ephemerals(person).size() > seen, SOON);
    transcript.bot("(only to " + name + ") " + last(person));
  }

  /** Somebody presses a card's button that counts. */
  boolean approve(String name, String person, Message card) {
    transcript.person(name, "[" + label(card, "gate.approve") + "]");
    slack.click(person, card, "gate.approve");
    return slack.await(_ -> !now(card).hasButton("gate.approve"), SOON);
  }

  private static String label(Message card, String button) {
    return card.button(button).map(Button::label).orElse(button);
  }

  boolean awaitEnd(Message root) {
    var ended = slack.await(_ -> ended(root), LONG);
    transcript.bot(read(Workspace.BOB, refreshed(root)));
    return ended;
  }

  Optional<Message> await(Predicate<Message> wanted) {
    return slack.awaitMessage(CHANNEL, wanted, LONG);
  }

  Message refreshed(Message message) {
    return slack.refresh(message).orElse(message);
  }

  /** A card as it stands now. */
  Message now(Message card) {
    return slack.messages(CHANNEL).stream()
        .filter(it -> it.ts().equals(card.ts()))
        .findFirst()
        .orElseThrow();
  }

  boolean ended(Message root) {
    var words = headline(root);
    return words.startsWith("Not done") || words.startsWith("Needs you") || succeeded(words);
  }

  private static boolean succeeded(String words) {
    return words.contains(" is back at ")
        || words.contains(" is rolled back")
        || words.contains(" was dropped for ever");
  }

  String headline(Message root) {
    return refreshed(root).text();
  }

  String read(String person, Message message) {
    return slack.asReadBy(person, message).rendered();
  }

  String last(String person) {
    var all = slack.ephemerals(person);
    return all.isEmpty() ? "(nothing)" : read(person, all.getLast());
  }

  void tellThread(Message root) {
    transcript.title("The thread, as Bob reads it");
    transcript.bot(read(Workspace.BOB, refreshed(root)));
    slack.replies(CHANNEL, root.ts()).stream()
        .filter(it -> !it.ts().equals(root.ts()))
        .forEach(it -> transcript.bot("  " + read(Workspace.BOB, it).replace("\n", "\n  ")));
  }
}
