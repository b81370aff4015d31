package io.countersign.sandbox.slack;

import java.util.Map;

/**
 * One request that the bot made.
 *
 * @param method the Web API method, or {@code response_url} or {@code upload}
 * @param arguments as sent, without the token
 * @param answer the body of the answer
 */
public record Call(String method, Map<String, String> arguments, int status, String answer) {

  public Call {
    arguments = Map.copyOf(arguments);
  }
}
