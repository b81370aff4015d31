package io.countersign.slack;

import static io.countersign.slack.FuzzedEdge.require;

import com.slack.api.app_backend.SlackSignature;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Whatever is signed is kept, refused, or answered as malformed; never a failure of ours. */
public final class HttpBody {
  private static final FuzzedEdge EDGE = new FuzzedEdge();
  private static final SlackSignature.Generator SIGNATURE =
      new SlackSignature.Generator(FuzzedEdge.SECRET);

  private HttpBody() {}

  /** The first byte says what kind of body the rest is. */
  public static void fuzzerTestOneInput(byte[] data) {
    var rest = data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
    var text = new String(rest, StandardCharsets.UTF_8);
    switch (data.length == 0 ? 0 : data[0] % 4) {
      case 0 -> signed(text, "application/x-www-form-urlencoded");
      case 1 ->
          signed(
              "payload=" + URLEncoder.encode(text, StandardCharsets.UTF_8),
              "application/x-www-form-urlencoded");
      case 2 -> signed(text, "application/json");
      default -> {
        var reply = EDGE.http.handle(Map.of("X-Slack-Signature", List.of(text)), rest, "fuzz");
        require(reply.status() >= 400 && reply.status() < 500, "taken unsigned");
      }
    }
  }

  private static void signed(String body, String type) {
    var time = Long.toString(InstantSource.system().instant().getEpochSecond());
    var reply =
        EDGE.http.handle(
            Map.of(
                "Content-Type",
                List.of(type),
                "X-Slack-Request-Timestamp",
                List.of(time),
                "X-Slack-Signature",
                List.of(SIGNATURE.generate(time, body))),
            body.getBytes(StandardCharsets.UTF_8),
            "fuzz");
    require(reply.status() < 500, "failed: " + reply);
  }
}
