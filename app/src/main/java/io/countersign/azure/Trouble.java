package io.countersign.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.core.management.exception.ManagementError;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why a call to Azure came to nothing. What the libraries throw ends here. */
sealed interface Trouble {
  /** Longer ones are no waiting time but another word for no. */
  Duration LONGEST_WAIT = Duration.ofHours(1);

  /** Causes below causes that are looked at. */
  int DEEPEST = 20;

  /** What happened, a sentence. */
  String said();

  /**
   * Azure answered, and not with what was asked for. Only the status is ever branched on: nobody
   * has published the codes.
   *
   * @param message the service's own words, perhaps empty
   * @param pause what Retry-After says; zero where it says nothing
   */
  record Refused(int status, String code, String message, Duration pause) implements Trouble {
    @Override
    public String said() {
      var words = (code + (message.isEmpty() ? "" : ": " + message)).strip();
      return "Azure answers " + status + (words.isEmpty() ? "." : " (" + words + ").");
    }
  }

  /**
   * Who the bot is could not be proved.
   *
   * @param next what to do, as the kind of identity has it
   * @param passing whether nobody was there to prove it to
   */
  record NoIdentity(String why, String next, boolean passing) implements Trouble {
    @Override
    public String said() {
      return "The bot's identity gets no token (" + why + ").";
    }
  }

  /**
   * @param config whether this can be wrong for good: a name that is not known, a certificate that
   *     is not trusted
   */
  record NoAnswer(String why, boolean config) implements Trouble {
    @Override
    public String said() {
      return "Azure cannot be reached: " + why + ".";
    }
  }

  /** Whether it may be gone at the next look, without anybody's doing. */
  default boolean passing() {
    return switch (this) {
      case Refused(var status, _, _, _) ->
          status == 408 || status == 409 || status == 429 || status >= 500;
      case NoAnswer(_, var config) -> !config;
      case NoIdentity(_, _, var passing) -> passing;
    };
  }

  /** How long nobody need ask again. */
  default Duration pause() {
    return Duration.ZERO;
  }

  /** The HTTP status, 0 where there was none. */
  default int status() {
    return 0;
  }

  static Trouble of(RuntimeException thrown) {
    var causes =
        Stream.<Throwable>iterate(thrown, Objects::nonNull, Throwable::getCause)
            .limit(DEEPEST)
            .toList();
    // what is deepest is the reason: a token that could not be fetched for want of a name
    return KNOWN.stream()
        .flatMap(known -> causes.stream().flatMap(it -> known.apply(it).stream()))
        .findFirst()
        .orElseGet(() -> new NoAnswer("no answer, " + thrown.getClass().getSimpleName(), false));
  }

  /** Ways to read what was thrown, the surest first. */
  List<Function<Throwable, Optional<Trouble>>> KNOWN =
      List.of(
          Trouble::unproved,
          Trouble::refused,
          Trouble::untrusted,
          Trouble::unnamed,
          Trouble::down,
          Trouble::identity);

  private static Optional<Trouble> unproved(Throwable thrown) {
    return thrown instanceof Proof.Refused refused
        ? Optional.of(refused.trouble())
        : Optional.empty();
  }

  private static Optional<Trouble> refused(Throwable thrown) {
    return thrown instanceof HttpResponseException refused && refused.getResponse() != null
        ? Optional.of(of(refused.getResponse(), Words.of(refused)))
        : Optional.empty();
  }

  private static Optional<Trouble> untrusted(Throwable thrown) {
    return thrown instanceof SSLException
        ? Optional.of(new NoAnswer("its certificate is not trusted, or TLS failed", true))
        : Optional.empty();
  }

  private static Optional<Trouble> unnamed(Throwable thrown) {
    return thrown instanceof UnknownHostException || thrown instanceof UnresolvedAddressException
        ? Optional.of(new NoAnswer("its name cannot be resolved", true))
        : Optional.empty();
  }

  private static Optional<Trouble> down(Throwable thrown) {
    return switch (thrown) {
      case HttpTimeoutException _, TimeoutException _ ->
          Optional.of(new NoAnswer("no answer in time", false));
      case ConnectException _ -> Optional.of(new NoAnswer("the connection is refused", false));
      default -> Optional.empty();
    };
  }

  private static Optional<Trouble> identity(Throwable thrown) {
    return thrown instanceof ClientAuthenticationException || Words.isIdentity(thrown)
        ? Optional.of(new NoIdentity(Words.ofIdentity(thrown), "", false))
        : Optional.empty();
  }

  /** An answer that is not what was asked for. */
  static Trouble of(HttpResponse answer, String body) {
    return of(answer, Words.error(body));
  }

  private static Trouble of(HttpResponse answer, Words error) {
    return new Refused(answer.getStatusCode(), error.code(), error.message(), retryAfter(answer));
  }

  /** What Retry-After says, in seconds; a date is none of Azure's habits. */
  static Duration retryAfter(HttpResponse answer) {
    var seconds = answer.getHeaderValue(HttpHeaderName.RETRY_AFTER);
    return seconds != null && seconds.matches("\\d{1,6}")
        ? shorter(Duration.ofSeconds(Long.parseLong(seconds)), LONGEST_WAIT)
        : Duration.ZERO;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** The words of an error, shortened. */
  record Words(String code, String message) {
    private static final int LIMIT = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What the libraries say where there is no number. */
    private static final Map<String, String> OF_IDENTITY =
        Map.of(
            "CLI not installed", "the program az is not installed",
            "is not configured to acquire tokens for tenant",
                "azure.tenant is not that of the vault",
            "Please run 'az login'", "nobody is logged in with az",
            "Identity not found", "the machine has no such identity",
            "has not been assigned to this resource", "the machine has no such identity");

    private static final Pattern IDENTITY_CODE = Pattern.compile("AADSTS\\d+");

    static Words error(String body) {
      try {
        var error = JSON.readTree(body).path("error");
        return new Words(cut(error.path("code").asText("")), cut(error.path("message").asText("")));
      } catch (JsonProcessingException other) {
        return new Words("", "");
      }
    }

    /** The body itself has been read by then. */
    static Words of(HttpResponseException refused) {
      return switch (refused.getValue()) {
        case ManagementError error -> new Words(cut(error.getCode()), cut(error.getMessage()));
        case Map<?, ?> body when body.get("error") instanceof Map<?, ?> error ->
            new Words(cut(error.get("code")), cut(error.get("message")));
        case null, default -> new Words("", "");
      };
    }

    private static String cut(@Nullable Object words) {
      var text = words == null ? "" : words.toString().replaceAll("\\s+", " ").strip();
      return text.length() <= LIMIT ? text : text.substring(0, LIMIT) + "…";
    }

    static boolean isIdentity(Throwable thrown) {
      return thrown.getClass().getName().startsWith("com.microsoft.aad.msal4j.");
    }

    /** Only the number, or words of ours: the text of such an error quotes what was sent. */
    static String ofIdentity(Throwable thrown) {
      for (@Nullable Throwable it = thrown; it != null; it = it.getCause()) {
        var text = String.valueOf(it.getMessage());
        var found = IDENTITY_CODE.matcher(text);
        if (found.find()) {
          return found.group();
        }
        for (var known : OF_IDENTITY.entrySet()) {
          if (text.contains(known.getKey())) {
            return known.getValue();
          }
        }
      }
      return thrown.getClass().getSimpleName();
    }
  }
}
