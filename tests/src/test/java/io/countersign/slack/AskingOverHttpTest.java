package io.countersign.slack;

import io.countersign.sandbox.Transport;

/** The stories of {@link AskingStories} over HTTP. */
class AskingOverHttpTest extends AskingStories {
  AskingOverHttpTest() {
    super(Transport.HTTP);
  }
}
