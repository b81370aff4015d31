package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks a method up, after token, faults and rate limits; keeps a log of every call. */
final class WebApi {

  /**
   * What goes back to the bot.
   *
   * @param isLost the connection breaks off in the middle of the body
   */
  record Reply(int status, String body, Optional<Duration> retryAfter, boolean isLost) {

    static Reply ok(String body) {
      return new Reply(200, body, Optional.empty(), false);
    }
  }

  private final World world;
  private final RateLimits rateLimits;
  private final Map<String, ApiMethod> methods = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();

  WebApi(World world, Events events, Sockets sockets) {
    this.world = world;
    this.rateLimits = new RateLimits(world.guard(), world.clock(), world.limits().rates());
    methods.put(Sockets.OPEN, _ -> Json.object().put("url", sockets.issue().toString()));
    methods.putAll(new ChatApi(world, events).methods());
    methods.putAll(new ConversationsApi(world).methods());
    methods.putAll(new PeopleApi(world).methods());
    methods.putAll(new ViewsApi(world).methods());
    methods.putAll(new FilesApi(world, events).methods());
  }

  List<Call> calls() {
    return world.guard().read(() -> List.copyOf(calls));
  }

  void log(Call call) {
    world.guard().changed(() -> calls.add(call));
  }

  Reply answer(String method, String token, Arguments arguments) {
    Optional<Faults.Fault> fault = world.faults().next(method);
    Reply reply =
        fault.isPresent()
            ? faulty(fault.get(), method, token, arguments)
            : limited(method, token, arguments);
    Map<String, String> logged = new LinkedHashMap<>(arguments.values());
    logged.remove("token");
    log(new Call(method, logged, reply.status(), reply.body()));
    return reply;
  }

  private Reply faulty(Faults.Fault fault, String method, String token, Arguments arguments) {
    return switch (fault) {
      case Faults.Fault.Refusal error -> refused(new Refused(error.error()));
      case Faults.Fault.RateLimited limited -> tooMany(limited.retryAfter());
      case Faults.Fault.ServerError _ -> new Reply(500, "internal error", Optional.empty(), false);
      case Faults.Fault.Silence(var length) -> {
        var done = limited(method, token, arguments);
        var _ = world.guard().await(Optional::empty, length);
        yield done;
      }
      case Faults.Fault.LostAnswer _ ->
          new Reply(200, limited(method, token, arguments).body(), Optional.empty(), true);
    };
  }

  private Reply limited(String method, String token, Arguments arguments) {
    try {
      checkToken(method, token);
      Optional<Duration> wait = rateLimits.refuse(method, arguments.text("channel"));
      if (wait.isPresent()) {
        return tooMany(wait.get());
      }
      world.permissions().check(method, arguments);
      ApiMethod known = methods.get(method);
      if (known == null) {
        throw new Refused("unknown_method");
      }
      ObjectNode answer = Json.object().put("ok", true);
      return Reply.ok(Json.write(answer.setAll(known.call(arguments))));
    } catch (Refused refused) {
      return refused(refused);
    }
  }

  private void checkToken(String method, String token) {
    if (method.equals("api.test")) {
      return;
    }
    if (token.isEmpty()) {
      throw new Refused("not_authed");
    }
    String bot = world.workspace().botToken();
    String app = world.workspace().appToken();
    boolean forApp = method.equals(Sockets.OPEN);
    Optional<String> refusal = world.faults().refusal(forApp ? Faults.Token.APP : Faults.Token.BOT);
    if (refusal.isPresent()) {
      throw new Refused(refusal.get());
    }
    if (token.equals(forApp ? bot : app)) {
      throw new Refused("not_allowed_token_type");
    }
    if (!token.equals(forApp ? app : bot)) {
      throw new Refused("invalid_auth");
    }
  }

  static Reply refused(Refused refused) {
    ObjectNode answer = Json.object().put("ok", false).put("error", refused.error());
    refused.more().forEach(answer::put);
    if (!refused.details().isEmpty()) {
      ArrayNode errors = answer.putArray("errors");
      ArrayNode messages = answer.putObject("response_metadata").putArray("messages");
      refused.details().forEach(errors::add);
      refused.details().forEach(messages::add);
    }
    return Reply.ok(Json.write(answer));
  }

  private static Reply tooMany(Duration wait) {
    ObjectNode answer = Json.object().put("ok", false).put("error", "ratelimited");
    long seconds = Math.max(1, (wait.toMillis() + 999) / 1000);
    Optional<Duration> retryAfter = Optional.of(Duration.ofSeconds(seconds));
    return new Reply(429, Json.write(answer), retryAfter, false);
  }
}
