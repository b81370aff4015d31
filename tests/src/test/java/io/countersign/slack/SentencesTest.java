package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Whoever writes a sentence for people has it read: every string of three words or more, in the
 * sources that speak to people, stands in the file of all messages.
 */
class SentencesTest {
  private static final Path SOURCES = Path.of("../app/src/main/java/io/countersign");
  private static final List<String> SPEAKING =
      List.of(
          "thread",
          "slack",
          "run/FrontDesk.java",
          "run/Cancelling.java",
          "run/Skip.java",
          "run/Specs.java",
          "run/TenantSearch.java",
          "run/ToldAgain.java",
          "run/Countersigners.java",
          "gate",
          "runbook/Arguments.java",
          "runbook/FilledIn.java",
          "runbook/Near.java",
          "runbook/Readings.java",
          "runbook/ArgumentValues.java",
          "runbook/Times.java",
          "runbook/Understood.java");

  /** Sources with words that are for operators, not for people in Slack, and why. */
  private static final Map<String, String> OTHERS =
      Map.ofEntries(
          Map.entry("Manifest.java", "the Slack app's description, in manifest/slack-app.yaml"),
          Map.entry("RequestCheck.java", "answers of HTTP to whoever is not Slack"),
          Map.entry("SlackHttp.java", "answers of HTTP to whoever is not Slack"),
          Map.entry("SlackEdge.java", "how the bot stands with Slack, for operators"),
          Map.entry("SlackLook.java", "what doctor finds, for operators"),
          Map.entry("SocketDoor.java", "why a socket is not there, for operators"),
          Map.entry("SocketLine.java", "why a socket is not there, for operators"),
          Map.entry("Sender.java", "why a post is put off, kept for operators"),
          Map.entry("TimelinePicture.java", "words in a picture, which Timeline tells as text"),
          Map.entry("Wish.java", "patterns of what people say"),
          Map.entry("Spoken.java", "patterns of what people say"));

  private static final String FAULT = "a fault in an action's plan: none is known";
  private static final String AUTHORS = "told to authors of runbooks, by lint";

  /** Parts of sentences in other sources, and why nobody reads them on the sheet. */
  private static final Map<String, String> EXCEPTIONS =
      Map.ofEntries(
          Map.entry(
              "Who can countersign is looked up when the run is asked for.",
              "told on the command line, in golden/plan"),
          Map.entry(
              "somebody else countersigns", "a plan whose runbook has not its step: there is none"),
          Map.entry("it did not succeed", "a run that ended without a reason: there is none"),
          Map.entry(
              "The run has ended; there is nothing to skip.",
              "said before by the desk, with its id"),
          Map.entry(
              "(one more, because a schedule asks)", "a schedule's run that cannot start; logged"),
          Map.entry("There is no runbook", "no door asks for a runbook that is not there"),
          Map.entry("This cannot be planned, so nothing was started:", FAULT),
          Map.entry(". Whoever runs this bot can say what to do.", FAULT),
          Map.entry("Evidence, table by table", "what a file is called, which stands there itself"),
          Map.entry("Any text will do.", AUTHORS),
          Map.entry("Write one of the choices.", AUTHORS),
          Map.entry("Write newest, or a backup's id, such as 7k2m9qxd-dump-1.", AUTHORS),
          Map.entry("Write estate and tenant, such as medsuite/acme.", AUTHORS),
          Map.entry("Write estate and server, such as medsuite@pg-1.", AUTHORS),
          Map.entry("Write a moment with its zone, such as 2026-04-22T14:30Z.", AUTHORS),
          Map.entry(
              "A database cannot be written down, only referred to, such as ${tenant.database}.",
              AUTHORS),
          Map.entry("d MMM uuuu", "how days are written"),
          Map.entry("d MMM uuuu HH:mm", "how days are written"));

  private static final Pattern WORDS =
      Pattern.compile("(?s).*\\p{L}+\\S*\\s+\\S*\\p{L}+\\S*\\s+\\S*\\p{L}.*");
  private static final Pattern PLACE = Pattern.compile("%[-,.0-9]*[sdn]");

  @Test
  void every_sentence_stands_in_the_file_of_all_messages() throws IOException {
    var messages = squeezed(Files.readString(Path.of("src/test/resources/golden/messages.txt")));
    var unread = new TreeMap<String, String>();
    sentences()
        .forEach(
            (sentence, file) -> {
              if (!messages.contains(sentence) && !EXCEPTIONS.containsKey(sentence)) {
                unread.put(file + ": " + sentence, file);
              }
            });
    assertThat(unread.keySet())
        .as("sentences that no entry of golden/messages.txt shows: add one to the sheet")
        .isEmpty();
  }

  /** By what they say, with the file that says it. */
  private static Map<String, String> sentences() throws IOException {
    var found = new TreeMap<String, String>();
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var files = files();
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none", "-cp", "."),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      for (var unit : task.parse()) {
        var file = Path.of(unit.getSourceFile().getName()).getFileName().toString();
        new Reader(sentence -> found.put(sentence, file)).scan(unit, null);
      }
      assertThat(files).hasSizeGreaterThan(80);
    }
    assertThat(found).hasSizeGreaterThan(300);
    return found;
  }

  private static List<Path> files() throws IOException {
    var files = new ArrayList<Path>();
    for (var speaking : SPEAKING) {
      try (Stream<Path> below = Files.walk(SOURCES.resolve(speaking))) {
        below
            .filter(it -> it.toString().endsWith(".java"))
            .filter(it -> !OTHERS.containsKey(it.getFileName().toString()))
            .forEach(files::add);
      }
    }
    return files;
  }

  /** One space where the formatter or a message has broken a line. */
  private static String squeezed(String text) {
    return text.replaceAll("\\s+", " ");
  }

  /** Collects what is said; not what goes to logs, into exceptions, or is a pattern. */
  private static final class Reader extends TreeScanner<Void, Void> {
    private final java.util.function.Consumer<String> said;

    Reader(java.util.function.Consumer<String> said) {
      this.said = said;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
      var name = call.getMethodSelect().toString();
      return name.startsWith("log.")
              || name.endsWith("Pattern.compile")
              || name.endsWith("ofPattern")
              || name.endsWith(".replaceAll")
              || name.endsWith(".replaceFirst")
          ? null
          : super.visitMethodInvocation(call, null);
    }

    @Override
    public Void visitNewClass(NewClassTree made, Void none) {
      var name = made.getIdentifier().toString();
      return name.endsWith("Exception") || name.endsWith("IllegalEvent")
          ? null
          : super.visitNewClass(made, null);
    }

    @Override
    public Void visitAnnotation(com.sun.source.tree.AnnotationTree annotation, Void none) {
      return null;
    }

    @Override
    public Void visitBinary(BinaryTree sum, Void none) {
      if (sum.getKind() != Tree.Kind.PLUS) {
        return super.visitBinary(sum, null);
      }
      var text = new StringBuilder();
      for (var part : parts(sum)) {
        if (part instanceof LiteralTree literal && literal.getValue() instanceof String words) {
          text.append(words);
        } else {
          say(text.toString());
          text.setLength(0);
          scan(part, null);
        }
      }
      say(text.toString());
      return null;
    }

    /** The operands of a sum, from left to right. */
    private static List<ExpressionTree> parts(ExpressionTree sum) {
      var parts = new ArrayList<ExpressionTree>();
      if (sum instanceof BinaryTree both && both.getKind() == Tree.Kind.PLUS) {
        parts.addAll(parts(both.getLeftOperand()));
        parts.addAll(parts(both.getRightOperand()));
      } else if (sum instanceof ParenthesizedTree inner
          && inner.getExpression().getKind() == Tree.Kind.PLUS) {
        parts.addAll(parts(inner.getExpression()));
      } else {
        parts.add(sum);
      }
      return parts;
    }

    @Override
    public Void visitLiteral(LiteralTree literal, Void none) {
      if (literal.getValue() instanceof String words) {
        say(words);
      }
      return null;
    }

    private void say(String words) {
      for (var part : PLACE.split(words, -1)) {
        var sentence = squeezed(part).strip();
        if (WORDS.matcher(sentence).matches()) {
          said.accept(sentence);
        }
      }
    }
  }
}
