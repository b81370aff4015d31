package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.slack.api.app_backend.SlackSignature;
import io.countersign.Secret;
import io.countersign.support.Samples;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first thing that a request meets, by raw bytes (F23). */
class RequestCheckTest {
  private static final String SECRET = "a-signing-secret";
  private static final String BODY = "command=%2Ftenant-restore&text=acme";
  private final RequestCheck check =
      new RequestCheck(new Secret(SECRET), InstantSource.fixed(Samples.NOON));

  @ParameterizedTest
  @ValueSource(longs = {0, -300, 300})
  void aSignedRequestOfTheseFiveMinutesIsLetIn(long age) {
    assertThat(status(age, BODY)).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(longs = {-301, 301, 86_400, -86_400})
  void anOldOrFutureRequestIsRefusedAlthoughItsSignatureIsGood(long age) {
    assertThat(status(age, BODY)).isEqualTo(401);
  }

  @Test
  void anUnsignedRequestIsRefused() {
    var body = "ssl_check=1".getBytes(StandardCharsets.UTF_8);
    assertThat(status(check.check(Optional.empty(), Optional.empty(), body))).isEqualTo(401);
  }

  @Test
  void oneChangedByteIsRefused() {
    var stamp = stamp(0);
    var changed = (BODY + "x").getBytes(StandardCharsets.UTF_8);
    var verdict = check.check(Optional.of(stamp), Optional.of(sign(stamp, BODY)), changed);
    assertThat(status(verdict)).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "-5", "99999999999999999999", "1e9"})
  void aMalformedTimestampIsRefused(String stamp) {
    var body = BODY.getBytes(StandardCharsets.UTF_8);
    assertThat(status(check.check(Optional.of(stamp), Optional.of("v0=00"), body))).isEqualTo(400);
  }

  @Test
  void aLongBodyIsRefusedBeforeAnythingElse() {
    var body = new byte[RequestCheck.LONGEST + 1];
    assertThat(status(check.check(Optional.empty(), Optional.empty(), body))).isEqualTo(413);
  }

  private int status(long age, String body) {
    var stamp = stamp(age);
    return status(
        check.check(
            Optional.of(stamp),
            Optional.of(sign(stamp, body)),
            body.getBytes(StandardCharsets.UTF_8)));
  }

  private static int status(RequestCheck.Verdict verdict) {
    return switch (verdict) {
      case RequestCheck.Verdict.Good() -> 200;
      case RequestCheck.Verdict.Bad(var status, _) -> status;
    };
  }

  private static String stamp(long age) {
    return Long.toString(Samples.NOON.getEpochSecond() - age);
  }

  /** By Slack's own library, so that we agree with it. */
  private static String sign(String stamp, String body) {
    return new SlackSignature.Generator(SECRET).generate(stamp, body);
  }
}
