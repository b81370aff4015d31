package io.countersign.slack;

import io.countersign.sandbox.Transport;

/** The stories of {@link AskingStories} over a socket. */
class AskingOverASocketTest extends AskingStories {
  AskingOverASocketTest() {
    super(Transport.SOCKET);
  }
}
