package io.countersign.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.util.Context;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Notes where Azure says that an operation can be followed: the pollers of the library know, and
 * cannot be asked.
 */
final class Tap implements HttpPipelinePolicy {
  private static final HttpHeaderName OPERATION = HttpHeaderName.fromString("Azure-AsyncOperation");
  private static final String KEY = "countersign-tap";

  /** What one call was told. */
  static final class Heard {
    private final AtomicReference<@Nullable String> address = new AtomicReference<>();

    /** To be handed to the call. */
    Context context() {
      return new Context(KEY, this);
    }

    /** Where the operation can be followed; empty where it was over at once. */
    Optional<String> operation() {
      return Optional.ofNullable(address.get());
    }
  }

  @Override
  public Mono<HttpResponse> process(HttpPipelineCallContext call, HttpPipelineNextPolicy next) {
    return next.process().doOnNext(it -> hear(call, it));
  }

  @Override
  public HttpResponse processSync(HttpPipelineCallContext call, HttpPipelineNextSyncPolicy next) {
    var answer = next.processSync();
    hear(call, answer);
    return answer;
  }

  private static void hear(HttpPipelineCallContext call, HttpResponse answer) {
    if (call.getData(KEY).orElse(null) instanceof Heard heard && answer.getStatusCode() < 300) {
      var operation = answer.getHeaderValue(OPERATION);
      heard.address.set(
          operation != null ? operation : answer.getHeaderValue(HttpHeaderName.LOCATION));
    }
  }
}
