package io.countersign.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import reactor.core.publisher.Mono;

/**
 * Takes a header away that the JDK's client sets by itself and refuses from others: without this,
 * each request would bring a warning into the log.
 */
record WithoutLength(HttpClient client) implements HttpClient {
  @Override
  public Mono<HttpResponse> send(HttpRequest request) {
    return client.send(stripped(request));
  }

  @Override
  public Mono<HttpResponse> send(HttpRequest request, Context context) {
    return client.send(stripped(request), context);
  }

  @Override
  public HttpResponse sendSync(HttpRequest request, Context context) {
    return client.sendSync(stripped(request), context);
  }

  private static HttpRequest stripped(HttpRequest request) {
    request.getHeaders().remove(HttpHeaderName.CONTENT_LENGTH);
    return request;
  }
}
