package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One method of the Web API: the answer without {@code ok}, or {@link Refused}. */
@FunctionalInterface
interface ApiMethod {
  ObjectNode call(Arguments arguments);
}
