package io.countersign.slack;

import io.countersign.action.Symptoms;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What somebody wants who names the bot in a run's thread. Questions are understood generously;
 * what acts on a run only in the very words, because a misread sentence must not act.
 */
sealed interface Wish {
  record Status() implements Wish {}

  record Why() implements Wish {}

  record Eta() implements Wish {}

  record Plan() implements Wish {}

  record Export() implements Wish {}

  /**
   * @param step as it was written, perhaps empty
   */
  record Log(String step) implements Wish {}

  record Cancel(String reason) implements Wish {}

  record Leave(String reason) implements Wish {}

  record Retry() implements Wish {}

  /**
   * @param step as it was written, perhaps empty
   */
  record Skip(String step) implements Wish {}

  record Caches() implements Wish {}

  record Help() implements Wish {}

  /** An error that somebody has seen, and its cause and remedy. */
  record Symptom(Symptoms.Answer known) implements Wish {}

  /** What was not understood. */
  record Unclear() implements Wish {}

  Map<Pattern, Wish> QUESTIONS =
      Map.of(
          Pattern.compile(
              "(status( .*)?|state|progress|updates?|any (news|updates?)"
                  + "|how('s| is) it (going|doing)|where are we"
                  + "|what('s| is) (happening|going on|up|the (status|state)))( please)?"),
          new Status(),
          Pattern.compile(
              "why( .*)?|what('s| is| are) (it|this|the run|we|you) (waiting|blocked)( .*)?"
                  + "|who('s| is| are| can| must| has to| should) .*"),
          new Why(),
          Pattern.compile(
              "eta|eta .*|when('s| is| will| does| are) .*|how (much )?long(er)?( .*)?"),
          new Eta(),
          Pattern.compile(
              "(show (me )?)?(the )?(plan|statements?|sql|steps)( please)?"
                  + "|what (will|does|would) (it|this|the run|you) (do|run)( .*)?"
                  + "|what (comes|happens|is) next"),
          new Plan(),
          Pattern.compile("export( .*)?|(the )?record"),
          new Export(),
          Pattern.compile("help|\\?+|hello|hi|what can (i|you) (ask|say|do)"),
          new Help());

  Pattern LOG =
      Pattern.compile(
          "(?:show (?:me )?)?(?:the )?logs?(?: (?:of|for))?(?: the)?(?: step)?(?: (\\S+?))?(?:"
              + " step)?|what did (?:step )?(\\S+) say");
  Pattern SKIP = Pattern.compile("skip(?: the)?(?: step)?(?: (\\S+?))?(?: step)?");
  Pattern STOP = Pattern.compile("(stop|abort|cancel)( it| this| the run| this run)?");
  Pattern AGAIN = Pattern.compile("(re)?try( it| this| that| the step)?( again)?|again");

  Pattern CACHES =
      Pattern.compile("(tell|invalidate)( (the|all))? caches?( again)?|caches( again)?");

  /**
   * @param said the words after the mention, with single spaces
   */
  static Wish of(String said) {
    var text = said.strip().replaceFirst("(?i)^please ", "").replaceFirst("[.! ]+$", "");
    var small = text.toLowerCase(Locale.ROOT).replace('’', '\'');
    return command(text, small)
        .or(() -> Symptoms.of(text).map(Symptom::new))
        .or(() -> question(small))
        .orElse(new Unclear());
  }

  private static Optional<Wish> command(String text, String small) {
    if (STOP.matcher(small).matches()) {
      return Optional.of(new Cancel(""));
    }
    if (AGAIN.matcher(small).matches()) {
      return Optional.of(new Retry());
    }
    if (CACHES.matcher(small).matches()) {
      return Optional.of(new Caches());
    }
    var skip = SKIP.matcher(small);
    if (skip.matches()) {
      return Optional.of(new Skip(orEmpty(skip.group(1))));
    }
    var words = text.split(" ", 2);
    var rest = words.length > 1 ? words[1] : "";
    return switch (words[0].toLowerCase(Locale.ROOT)) {
      case "cancel" -> Optional.of(new Cancel(rest));
      case "retry" -> Optional.of(new Retry());
      case "leave" ->
          rest.toLowerCase(Locale.ROOT).startsWith("out")
              ? Optional.empty()
              : Optional.of(new Leave(rest));
      default -> Optional.empty();
    };
  }

  private static Optional<Wish> question(String small) {
    var bare = small.replaceFirst("(?<=[a-z])[? ]+$", "");
    var log = LOG.matcher(bare);
    if (log.matches()) {
      return Optional.of(new Log(log.group(1) == null ? orEmpty(log.group(2)) : log.group(1)));
    }
    return QUESTIONS.entrySet().stream()
        .filter(it -> it.getKey().matcher(bare).matches())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static String orEmpty(@org.jspecify.annotations.Nullable String text) {
    return text == null ? "" : text;
  }
}
