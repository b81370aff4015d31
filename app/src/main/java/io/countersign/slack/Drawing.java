package io.countersign.slack;

import io.countersign.GateId;
import io.countersign.RunId;
import io.countersign.thread.Card;
import io.countersign.thread.Line;
import io.countersign.thread.RunView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Runs, cards and lines as Slack messages. A message's text is its first block's sentence. */
final class Drawing {
  static final String APPROVE = "gate.approve";
  static final String DENY = "gate.deny";
  static final String ORDER = "gate.order";
  static final String TYPE = "gate.type";
  static final String KEEP = "run.keep";
  static final String LEAVE = "run.leave";
  static final String RETRY = "run.retry";
  static final String CANCEL = "run.cancel";
  static final String CACHES = "run.caches";
  private static final int TEXT = 3_000;

  private Drawing() {}

  static SlackApi.Content root(RunView view) {
    var blocks =
        Blocks.message("root-" + view.seq())
            .section(Line.EMPTY.bold(view.headline()))
            .lines(view.rows().stream().map(it -> it.whole()).toList())
            .context(view.footer())
            .actions(offers(view.run(), view.offers()));
    return content(view.headline(), blocks);
  }

  static SlackApi.Content card(Card card) {
    var blocks = Blocks.message("card-" + card.seq()).section(Line.EMPTY.bold(card.headline()));
    if (!card.open()) {
      blocks.context(card.question());
    }
    blocks.lines(card.evidence()).actions(cardButtons(card));
    return content(card.headline(), blocks);
  }

  static SlackApi.Content line(Line line, RunId run, long seq, Set<RunView.Offer> offers) {
    var blocks = Blocks.message("line-" + seq).section(line);
    if (!offers.isEmpty()) {
      blocks.actions(offers(run, offers));
    }
    return content(line, blocks);
  }

  /** Something that one person is told. */
  static SlackApi.Content whisper(List<Line> lines, List<Blocks.Button> buttons) {
    var first = lines.isEmpty() ? Line.EMPTY : lines.getFirst();
    return content(first, Blocks.message("whisper").lines(lines).actions(buttons));
  }

  static List<Blocks.Button> cardButtons(Card card) {
    var key = GateKey.of(card).text();
    var buttons = new ArrayList<Blocks.Button>();
    if (card.open()) {
      buttons.add(
          card.phrase().isPresent()
              ? Blocks.Button.plain(TYPE, card.approve(), key)
              : Blocks.Button.primary(APPROVE, card.approve(), key));
      card.keep().ifPresent(it -> buttons.add(Blocks.Button.plain(KEEP, it, card.run().value())));
      buttons.add(Blocks.Button.plain(DENY, "Deny…", key));
    }
    card.stop().ifPresent(it -> buttons.add(Blocks.Button.plain(DENY, it, key)));
    buttons.add(Blocks.Button.plain(ORDER, "Show order", key));
    return buttons;
  }

  private static List<Blocks.Button> offers(RunId run, Set<RunView.Offer> offers) {
    var buttons = new ArrayList<Blocks.Button>();
    if (offers.contains(RunView.Offer.RETRY)) {
      buttons.add(Blocks.Button.plain(RETRY, "Try again", run.value()));
    }
    if (offers.contains(RunView.Offer.LEAVE)) {
      buttons.add(
          Blocks.Button.plain(LEAVE, "Leave as it is", run.value())
              .asking(
                  "End run "
                      + run
                      + " with everything as it stands now? Nothing is put back, and what is frozen"
                      + " stays frozen."));
    }
    if (offers.contains(RunView.Offer.CACHES)) {
      buttons.add(caches(run));
    }
    return buttons;
  }

  static Blocks.Button caches(RunId run) {
    return Blocks.Button.plain(CACHES, "Tell the caches again", run.value());
  }

  private static SlackApi.Content content(Line sentence, Blocks blocks) {
    return new SlackApi.Content(Mrkdwn.clipped(Mrkdwn.of(sentence), TEXT), blocks.json());
  }

  /**
   * What a card's buttons carry: names of things, and no authority.
   *
   * @param digest as it stands on the card, unchecked
   */
  record GateKey(String gate, String digest, String nonce) {
    static GateKey of(Card card) {
      return new GateKey(card.gate().toString(), card.digest().hex(), card.nonce());
    }

    String text() {
      return gate + "|" + digest + "|" + nonce;
    }

    /** Empty for anything that no card of ours carries. */
    static java.util.Optional<GateKey> read(String text) {
      var parts = text.split("\\|", -1);
      if (parts.length != 3
          || !parts[0].matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
          || !parts[1].matches("[0-9a-f]{64}")
          || parts[2].length() > 200) {
        return java.util.Optional.empty();
      }
      return java.util.Optional.of(new GateKey(parts[0], parts[1], parts[2]));
    }

    GateId id() {
      return new GateId(java.util.UUID.fromString(gate));
    }
  }
}
