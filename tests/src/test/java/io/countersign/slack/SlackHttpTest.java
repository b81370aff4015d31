package io.countersign.slack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.slack.api.app_backend.SlackSignature;
import io.countersign.sandbox.Transport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the door for HTTP refuses before anything else sees it. */
class SlackHttpTest {
  private final EdgeRig rig = new EdgeRig(Transport.HTTP);

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void signedGarbageAndUnsignedRequestsAreRefused() {
    var clock = java.time.Instant.now().getEpochSecond();
    assertThat(signed(clock, "{garbage")).isEqualTo(400);
    assertThat(signed(clock, "")).isEqualTo(400);
    assertThat(signed(clock + 86_400, "command=%2Ftenant-restore")).isEqualTo(401);
    assertThat(rig.http().handle(Map.of(), "ssl_check=1".getBytes(UTF_8), "x").status())
        .isEqualTo(401);
  }

  private int signed(long time, String body) {
    var stamp = Long.toString(time);
    var signature =
        new SlackSignature.Generator(rig.slack.workspace().signingSecret()).generate(stamp, body);
    var headers =
        Map.of(
            "x-slack-request-timestamp", List.of(stamp),
            "x-slack-signature", List.of(signature));
    return rig.http().handle(headers, body.getBytes(UTF_8), "x").status();
  }
}
