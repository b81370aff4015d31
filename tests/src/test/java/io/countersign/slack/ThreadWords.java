package io.countersign.slack;

import static io.countersign.slack.FuzzedEdge.require;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What is said in a thread: only the very words act, and none of them votes. */
public final class ThreadWords {
  private ThreadWords() {}

  public static void fuzzerTestOneInput(byte[] data) {
    var text = new String(data, StandardCharsets.UTF_8);
    Spoken.soundsLikeAVote(text);
    var bare = Spoken.bare(text);
    var said = bare.toLowerCase(Locale.ROOT);
    switch (Wish.of(bare)) {
      case Wish.Cancel _ ->
          require(said.matches("(?s).*(cancel|stop|abort).*"), "cancels: " + bare);
      case Wish.Leave _ -> require(said.contains("leave"), "leaves: " + bare);
      case Wish.Retry _ -> require(said.matches("(?s).*(try|again).*"), "retries: " + bare);
      case Wish.Skip _ -> require(said.contains("skip"), "skips: " + bare);
      case Wish.Caches _ -> require(said.contains("cache"), "tells caches: " + bare);
      case Wish.Status _,
          Wish.Why _,
          Wish.Eta _,
          Wish.Plan _,
          Wish.Log _,
          Wish.Export _,
          Wish.Help _,
          Wish.Symptom _,
          Wish.Unclear _ -> {}
    }
  }
}
