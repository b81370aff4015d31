package io.countersign.server;

import io.countersign.slack.SlackHttp;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The one address to which Slack sends commands, clicks and events. */
@Path("/slack/events")
public final class SlackResource {
  private final Optional<SlackHttp> slack;

  /**
   * @param slack empty where no signing secret is set: then nothing is taken here
   */
  public SlackResource(Optional<SlackHttp> slack) {
    this.slack = slack;
  }

  /** Raw bytes in, because the signature is over exactly these; no more than may be looked at. */
  @POST
  @Consumes("*/*")
  public Response receive(InputStream body, @Context HttpHeaders headers) throws IOException {
    if (slack.isEmpty()) {
      return Response.status(404).type("text/plain").entity("no requests over HTTP").build();
    }
    var bytes = body.readNBytes(SlackHttp.LONGEST + 1);
    var reply = slack.get().handle(headers.getRequestHeaders(), bytes, "the network");
    return Response.status(reply.status()).type(reply.contentType()).entity(reply.body()).build();
  }
}
