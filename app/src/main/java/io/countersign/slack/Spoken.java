package io.countersign.slack;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What people say in a thread. */
final class Spoken {
  private static final Pattern VOTE =
      Pattern.compile(
          "(looks good|lgtm|approved?|approving|i approve|ok(ay)?|yes|go|go ahead|ship it|do"
              + " it|sounds"
              + " good|\\+1|:\\+1:|:thumbsup:|:white_check_mark:|👍|den(y|ied)|reject(ed)?|no|-1|:-1:)("
              + " to me| it| please| from me| then)*[.! ]*");
  private static final Pattern MENTION = Pattern.compile("<@[UW][A-Z0-9]+(\\|[^>]*)?>");

  private Spoken() {}

  static boolean soundsLikeAVote(String text) {
    var bare = MENTION.matcher(text).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    return bare.length() <= 60 && VOTE.matcher(bare).matches();
  }

  static boolean namesSomebody(String text, List<String> users) {
    return users.stream().anyMatch(it -> !it.isEmpty() && text.contains("<@" + it));
  }

  /** The words after the mention. */
  static String bare(String text) {
    return MENTION.matcher(text).replaceAll(" ").strip().replaceAll("\\s+", " ");
  }
}
