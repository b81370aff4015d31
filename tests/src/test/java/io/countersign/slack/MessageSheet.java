package io.countersign.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.sandbox.slack.SlackLimits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All messages one after another, as a person reads them, and what is wrong with one: more than
 * Slack takes, or a text that does not stand alone where only the text is shown.
 */
final class MessageSheet {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern DATE = Pattern.compile("<!date\\^[^|>]*\\|([^>]*)>");
  private static final Pattern LINK = Pattern.compile("<[^|<>@!]*\\|([^>]*)>");
  private static final Pattern PERSON = Pattern.compile("<@([^>]*)>");
  private static final Pattern CHANNEL = Pattern.compile("<#([^>]*)>");
  private static final Pattern REPEATED = Pattern.compile("(.)\\1{15,}");
  private static final int LONG = 1_500;

  private final StringBuilder text = new StringBuilder();
  private final List<String> problems = new ArrayList<>();
  private final List<String> mrkdwn = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  void part(String title) {
    seen.clear();
    text.append("#### ").append(title).append("\n\n");
  }

  /** A message, or something that one person is told. */
  void message(String title, SlackApi.Content content) {
    try {
      var blocks = JSON.readTree(content.blocks());
      problems(title, SlackLimits.ofMessage(content.blocks()));
      mrkdwn.add(content.text());
      var first = blocks.path(0).path("text").path("text").asText();
      standsAlone(title, content.text(), first);
      entry(title, drawn(blocks));
    } catch (JsonProcessingException broken) {
      throw new IllegalStateException(title, broken);
    }
  }

  /**
   * @param type {@code modal} or {@code home}
   */
  void view(String title, String view, String type) {
    try {
      problems(title, SlackLimits.ofView(view, type));
      var parts = JSON.readTree(view);
      var lines = new ArrayList<String>();
      if (parts.has("title")) {
        lines.add("[[ " + label(parts, "title") + " ]]");
      }
      lines.addAll(drawn(parts.path("blocks")));
      for (var button : List.of("submit", "close")) {
        if (parts.has(button)) {
          lines.add("[" + label(parts, button) + "]");
        }
      }
      entry(title, lines);
    } catch (JsonProcessingException broken) {
      throw new IllegalStateException(title, broken);
    }
  }

  /** What is no message of its own: a file, words that are read aloud. */
  void plain(String title, String said) {
    entry(title, said.lines().toList());
  }

  /** What somebody is told and shown who does this while the world is so. */
  void answers(String title, Consumer<OnPaper> world, Inbound inbound) {
    try (var paper = new OnPaper()) {
      world.accept(paper);
      paper.handle(inbound);
      if (paper.slack.told.isEmpty() && paper.slack.views.isEmpty()) {
        problems.add(title + ": nobody was told anything");
      }
      paper.slack.told.forEach(it -> message(title, it));
      // what is shown while the form is looked up is drawn once, elsewhere
      paper.slack.views.stream()
          .filter(it -> paper.slack.views.size() == 1 || !it.equals(Modals.loading()))
          .forEach(it -> view(title, it, "modal"));
      new TreeMap<>(paper.slack.files).forEach((name, it) -> file(title + ", " + name, it));
    }
  }

  /** Only how a file begins: the rest is another test's. */
  private void file(String title, String content) {
    entry(
        title,
        content.startsWith("Plan") ? content.lines().limit(5).toList() : List.of("(a file)"));
  }

  /** A page that stands in a thread as a file, without its markup and pictures. */
  void page(String title, String html) {
    var text = html.replaceAll("(?s)<style>.*?</style>|<title>.*?</title>", "");
    entry(
        title,
        text.replace("</td>\n", " | ")
            .replaceAll("<[^>]*>", "")
            .lines()
            .filter(it -> !it.isBlank())
            .toList());
  }

  /** What was found wrong elsewhere; its text is not shown here. */
  void take(MessageSheet other) {
    problems.addAll(other.problems);
    mrkdwn.addAll(other.mrkdwn);
  }

  String text() {
    return text.toString();
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  /** Every piece of Slack's markup that was drawn. */
  List<String> mrkdwn() {
    return List.copyOf(mrkdwn);
  }

  private void problems(String title, List<String> found) {
    found.forEach(it -> problems.add(title + ": " + it));
  }

  /** Telephones show the text alone, so it is the first block's sentence, whole or with "…". */
  private void standsAlone(String title, String said, String first) {
    var whole = first.replace("*", "");
    var told = said.replace("*", "");
    var begun = told.endsWith("…") ? told.substring(0, told.length() - 1) : told;
    if (said.isBlank() || said.length() > 3_000 || !whole.startsWith(begun)) {
      problems.add(title + ": the text is not the first block's sentence: " + said);
    }
    if (told.endsWith("…") ? !whole.contains("…") : told.length() >= 3_000) {
      problems.add(title + ": the text is cut without a sign of it");
    }
  }

  /** Everything that was drawn for Slack, as it is sent. */
  private List<String> drawn(JsonNode blocks) {
    var lines = new ArrayList<String>();
    for (var block : blocks) {
      switch (block.path("type").asText()) {
        case "section" -> read(block.path("text")).lines().forEach(lines::add);
        case "header" -> lines.add("# " + block.path("text").path("text").asText());
        case "context" -> block.path("elements").forEach(it -> lines.add("(" + read(it) + ")"));
        case "actions" -> lines.add(buttons(block));
        case "input" -> lines.add(field(block));
        default -> throw new IllegalArgumentException(block.toString());
      }
    }
    return lines;
  }

  private static String buttons(JsonNode block) {
    var labels = new ArrayList<String>();
    for (var button : block.path("elements")) {
      var asks = button.path("confirm");
      labels.add(
          "["
              + label(button, "text")
              + (asks.isMissingNode()
                  ? ""
                  : " | %s %s / %s"
                      .formatted(label(asks, "text"), label(asks, "confirm"), label(asks, "deny")))
              + "]");
    }
    return String.join(" ", labels);
  }

  /** Its label, what stands in it or may be chosen, and what is said below it. */
  private static String field(JsonNode block) {
    var element = block.path("element");
    var choices = new ArrayList<String>();
    element.path("options").forEach(it -> choices.add(label(it, "text")));
    var said =
        Stream.of("value", "date", "time")
            .map(it -> element.path("initial_" + it).asText())
            .filter(it -> !it.isEmpty())
            .findFirst()
            .orElse(label(element.path("initial_option"), "text"));
    var hint = label(block, "hint");
    return label(block, "label")
        + (block.path("optional").asBoolean() ? " (optional)" : "")
        + " __"
        + (said.isEmpty() ? label(element, "placeholder") : said)
        + "__"
        + (choices.isEmpty() ? "" : " of " + String.join(" / ", choices))
        + (hint.isEmpty() ? "" : " (" + hint + ")");
  }

  private static String label(JsonNode of, String part) {
    return of.path(part).path("text").asText();
  }

  private String read(JsonNode markup) {
    mrkdwn.add(markup.path("text").asText());
    return readable(markup.path("text").asText());
  }

  /** Without Slack's markup, as it is read. */
  static String readable(String mrkdwn) {
    var people = PERSON.matcher(mrkdwn).replaceAll("@$1");
    var dates = DATE.matcher(people).replaceAll("$1");
    var rooms = CHANNEL.matcher(dates).replaceAll("#$1");
    var links = LINK.matcher(rooms).replaceAll("$1 (link)");
    return links.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  private void entry(String title, List<String> lines) {
    text.append("== ").append(title).append('\n');
    int same = 0;
    for (int i = 0; i <= lines.size(); i++) {
      boolean before = i < lines.size() && seen.contains(lines.get(i));
      if (before) {
        same++;
        continue;
      }
      again(lines.subList(i - same, i));
      same = 0;
      if (i < lines.size()) {
        text.append(shortened(lines.get(i))).append('\n');
      }
    }
    seen.addAll(lines);
    text.append('\n');
  }

  /** What has been read in this part before is not read again. */
  private void again(List<String> lines) {
    if (lines.size() < 3) {
      lines.forEach(it -> text.append(shortened(it)).append('\n'));
    } else {
      text.append("  (").append(lines.size()).append(" lines as above)\n");
    }
  }

  /** The sheet is read by people: what only makes a message long is counted. */
  static String shortened(String line) {
    var counted =
        REPEATED
            .matcher(line)
            .replaceAll(
                it -> Matcher.quoteReplacement(it.group(1) + "{" + it.group().length() + "}"));
    return counted.length() <= LONG
        ? counted
        : counted.substring(0, LONG - 300)
            + " [… "
            + (counted.length() - LONG)
            + " more characters …] "
            + counted.substring(counted.length() - 300);
  }
}
