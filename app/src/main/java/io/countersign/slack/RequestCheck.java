package io.countersign.slack;

import io.countersign.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whether a request comes from Slack, judged on its raw bytes before anything reads them: size, age
 * on both sides, signature in constant time. The clock is this machine's: Slack's is not asked.
 */
final class RequestCheck {
  static final int LONGEST = 256 * 1024;
  static final long WINDOW = 300;

  private final Secret signingSecret;
  private final InstantSource clock;

  RequestCheck(Secret signingSecret, InstantSource clock) {
    this.signingSecret = signingSecret;
    this.clock = clock;
  }

  /** The answer to a request that is not let in. */
  sealed interface Verdict {
    record Good() implements Verdict {}

    record Bad(int status, String why) implements Verdict {}
  }

  Verdict check(Optional<String> timestamp, Optional<String> signature, byte[] body) {
    if (body.length > LONGEST) {
      return new Verdict.Bad(413, "too long");
    }
    if (timestamp.isEmpty() || signature.isEmpty()) {
      return new Verdict.Bad(401, "not signed");
    }
    if (!timestamp.get().matches("[0-9]{1,12}")) {
      return new Verdict.Bad(400, "malformed");
    }
    long age = clock.instant().getEpochSecond() - Long.parseLong(timestamp.get());
    if (Math.abs(age) > WINDOW) {
      return new Verdict.Bad(401, "not of these five minutes");
    }
    var expected = sign(timestamp.get(), body).getBytes(StandardCharsets.US_ASCII);
    var given = signature.get().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected, given)
        ? new Verdict.Good()
        : new Verdict.Bad(401, "wrong signature");
  }

  private String sign(String timestamp, byte[] body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(signingSecret.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update(("v0:" + timestamp + ":").getBytes(StandardCharsets.UTF_8));
      return "v0=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
    }
  }
}
