package io.countersign.sandbox.azure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The token endpoint: client secrets and federated tokens against bearer tokens. */
public final class Tokens {
  private static final Duration LIFE = Duration.ofHours(1);

  private final Clock clock;
  private final String secret;
  private final Map<String, Instant> issued = new ConcurrentHashMap<>();

  /**
   * @param secret that proves who the bot is: a client's secret, or what the mounted token holds
   */
  Tokens(Clock clock, String secret) {
    this.clock = clock;
    this.secret = secret;
  }

  /** What proves who the bot is, to be searched for in logs. */
  public String secret() {
    return secret;
  }

  Answer issue(Call call) {
    var form = call.form();
    var given = form.getOrDefault("client_secret", form.getOrDefault("client_assertion", ""));
    if (!given.equals(secret)) {
      var refusal =
          Answer.object()
              .put("error", "invalid_client")
              .put(
                  "error_description",
                  "AADSTS7000215: Invalid client secret provided. Sent was " + given);
      return Answer.of(401, refusal);
    }
    var token = "stand-in-token-" + UUID.randomUUID();
    issued.put(token, clock.instant().plus(LIFE));
    return Answer.of(
        200,
        Answer.object()
            .put("token_type", "Bearer")
            .put("expires_in", LIFE.toSeconds())
            .put("ext_expires_in", LIFE.toSeconds())
            .put("access_token", token));
  }

  boolean areGood(String token) {
    var until = issued.get(token);
    return until != null && clock.instant().isBefore(until);
  }

  /** All that were issued are good no more, before their time. */
  public void revoke() {
    issued.clear();
  }

  /** All that are good, to be searched for in logs. */
  public java.util.Set<String> all() {
    return java.util.Set.copyOf(issued.keySet());
  }
}
