package io.countersign.azure;

import io.countersign.Secret;
import io.countersign.azure.FlexibleServers.Operation;
import io.countersign.estate.Login;
import io.countersign.estate.LoginTrial;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Gives the bot's role on a copy the password that it has today. The copy's is that of a past
 * moment, which nobody kept. Nothing has to be stored for it: where the bot is the server's
 * administrator, its administrator gets today's password; where it is not, the administrator gets
 * one that only this process knows, is used once to set the bot's, and is made anew by whoever
 * comes after a crash.
 */
final class ClonePassword {
  private static final int MOST_RESETS = 3;
  private static final int LENGTH = 32;
  private static final String LETTERS =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_.";

  /** What every password has, so that it has three of four kinds of characters. */
  private static final String KINDS = "Aa2-";

  private static final String ALREADY = "done";

  private final FlexibleServers servers;
  private final LoginTrial trial;
  private final RandomGenerator random;
  private final Map<String, Secret> administrators = new ConcurrentHashMap<>();

  ClonePassword(FlexibleServers servers, LoginTrial trial, RandomGenerator random) {
    this.servers = servers;
    this.trial = trial;
    this.random = random;
  }

  /** How far it is. */
  sealed interface Given {
    record Later(String doing, Memo memo) implements Given {}

    record Refused(String code, String message) implements Given {}

    /** Set often enough, and the copy still refuses. */
    record Useless() implements Given {}
  }

  /**
   * One step on.
   *
   * @param wanted the login that must be let in
   */
  Given give(Clone clone, Login wanted, Memo memo) {
    var name = clone.server().name();
    if (memo.password().isPresent()) {
      switch (servers.operation(memo.password().get())) {
        case Operation.Going _ -> {
          return new Given.Later("Azure is setting the copy's password", memo.well());
        }
        case Operation.Failed(var code, var message) -> {
          return new Given.Refused(code, message);
        }
        case Operation.Done _, Operation.Unknown _ -> {}
      }
      var administrator = Optional.ofNullable(administrators.remove(name));
      if (administrator.isPresent()) {
        return handed(clone, wanted, memo, administrator.get());
      }
    }
    if (memo.resets() >= MOST_RESETS) {
      return new Given.Useless();
    }
    var password = isAdministrator(clone, wanted) ? wanted.password() : made(name);
    var operation = servers.resetPassword(name, password);
    return new Given.Later(
        "the copy has a password of the past; setting today's",
        memo.resetting(operation.orElse(ALREADY)));
  }

  private static boolean isAdministrator(Clone clone, Login login) {
    return login.user().equals(clone.server().administratorLogin());
  }

  private Given handed(Clone clone, Login wanted, Memo memo, Secret password) {
    var administrator = wanted.as(String.valueOf(clone.server().administratorLogin()), password);
    return switch (trial.give(administrator, wanted.user(), wanted.password())) {
      case LoginTrial.Answer.Accepted() ->
          new Given.Later("the bot's password on the copy is today's", memo.reset());
      case LoginTrial.Answer.NotYet(var why) ->
          new Given.Later("setting the bot's password on the copy (" + why + ")", memo.reset());
      case LoginTrial.Answer.WrongPassword() ->
          new Given.Later("setting the copy's password once more", memo.reset());
    };
  }

  private Secret made(String name) {
    var password = new StringBuilder(KINDS);
    while (password.length() < LENGTH) {
      password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    var secret = new Secret(password.toString());
    administrators.put(name, secret);
    return secret;
  }
}
