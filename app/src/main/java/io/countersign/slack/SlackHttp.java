package io.countersign.slack;

import com.slack.api.bolt.App;
import com.slack.api.bolt.request.RequestHeaders;
import com.slack.api.bolt.util.SlackRequestParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Slack's requests over HTTP: checked by us on raw bytes, then by Bolt, then handled. */
public final class SlackHttp {
  /** Bodies beyond this are refused; the server should not read more either. */
  public static final int LONGEST = RequestCheck.LONGEST;

  private static final Logger log = LoggerFactory.getLogger(SlackHttp.class);
  private final RequestCheck check;
  private final App app;
  private final SlackRequestParser parser;

  SlackHttp(RequestCheck check, App app) {
    this.check = check;
    this.app = app;
    this.parser = new SlackRequestParser(app.config());
  }

  /** An HTTP answer. */
  public record Reply(int status, String contentType, String body) {}

  /**
   * Handles one POST to {@code /slack/events}. Never throws.
   *
   * @param headers by name, in any case
   * @param body the raw bytes; at most {@link #LONGEST} and one more, so that it shows
   */
  public Reply handle(Map<String, List<String>> headers, byte[] body, String remoteAddress) {
    var named = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
    named.putAll(headers);
    var verdict =
        check.check(
            first(named, "X-Slack-Request-Timestamp"), first(named, "X-Slack-Signature"), body);
    return switch (verdict) {
      case RequestCheck.Verdict.Good() -> run(named, body, remoteAddress);
      case RequestCheck.Verdict.Bad(var status, var why) -> {
        log.warn("a request from {} was refused: {}", remoteAddress, why);
        yield new Reply(status, "text/plain", why);
      }
    };
  }

  private Reply run(Map<String, List<String>> headers, byte[] body, String remoteAddress) {
    try {
      var request =
          parser.parse(
              SlackRequestParser.HttpRequest.builder()
                  .requestUri("/slack/events")
                  .queryString(Map.of())
                  .requestBody(new String(body, StandardCharsets.UTF_8))
                  .headers(new RequestHeaders(headers))
                  .remoteAddress(remoteAddress)
                  .build());
      if (request == null) {
        return malformed();
      }
      var response = app.run(request);
      var type = response.getContentType() == null ? "text/plain" : response.getContentType();
      var text = response.getBody() == null ? "" : response.getBody();
      return new Reply(response.getStatusCode(), type, text);
    } catch (RuntimeException unreadable) {
      log.warn("a signed request could not be read: {}", Intake.name(unreadable));
      return malformed();
    } catch (Exception failed) {
      log.error("a request failed: {}", Intake.name(failed));
      return new Reply(500, "text/plain", "something went wrong");
    }
  }

  private static Reply malformed() {
    return new Reply(400, "text/plain", "malformed");
  }

  private static Optional<String> first(Map<String, List<String>> headers, String name) {
    var values = headers.get(name);
    return values == null || values.size() != 1 ? Optional.empty() : Optional.of(values.getFirst());
  }
}
