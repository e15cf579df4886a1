package io.jpm.hooks;

import io.jpm.hooks.RetryPlan.Outcome;
import io.jpm.hooks.RetryPlan.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Posts events to webhooks. Confined to HooksVerticle's context.
final class WebhookSender {
  private static final Logger LOG = System.getLogger("jpm.hooks");

  private final Vertx vertx;
  private final HookTiming timing;

  /// Created when the first webhook is posted, because most daemons have no webhooks.
  private @Nullable HttpClient client;

  WebhookSender(Vertx vertx, HookTiming timing) {
    this.vertx = vertx;
    this.timing = timing;
  }

  /// Posts `hookPayload` until it is accepted or the retry plan gives up. Giving up is logged; the
  /// returned future never fails.
  Future<Void> post(HookPayload hookPayload, URI url) {
    Promise<Void> done = Promise.promise();
    attempt(hookPayload, url, 1, done);
    return done.future();
  }

  private void attempt(HookPayload hookPayload, URI url, int tries, Promise<Void> done) {
    once(url, hookPayload.json().toBuffer())
        .onSuccess(outcome -> {
          switch (timing.retries().after(tries, outcome)) {
            case Verdict.Delivered() -> {
              LOG.log(
                  Level.DEBUG,
                  "{0}: the webhook at {1} accepted the notification",
                  hookPayload.label(),
                  url.getHost());
              done.complete();
            }
            case Verdict.Retry(var pause) ->
                vertx.setTimer(
                    Math.max(1, pause.toMillis()), _ -> attempt(hookPayload, url, tries + 1, done));
            case Verdict.GiveUp(String why) -> {
              // Log only the host: the rest of the URL is often secret.
              LOG.log(
                  Level.WARNING,
                  "{0}: the webhook at {1} did not accept the notification: {2}",
                  hookPayload.label(),
                  url.getHost(),
                  why);
              done.complete();
            }
          }
        });
  }

  /// Makes one attempt.
  private Future<Outcome> once(URI url, Buffer body) {
    Promise<Outcome> outcome = Promise.promise();
    var open = new AtomicReference<@Nullable HttpClientRequest>();
    long timer =
        vertx.setTimer(
            timing.webhook().toMillis(),
            _ -> {
              outcome.tryComplete(
                  new Outcome.Failed("no response within " + timing.webhook().toMillis() + " ms"));
              HttpClientRequest request = open.get();
              if (request != null) {
                request.reset();
              }
            });
    send(url, body, open)
        .onSuccess(status -> outcome.tryComplete(new Outcome.Answered(status)))
        .onFailure(error -> outcome.tryComplete(new Outcome.Failed(words(error))));
    return outcome.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  private Future<Integer> send(
      URI url, Buffer body, AtomicReference<@Nullable HttpClientRequest> open) {
    RequestOptions options;
    try {
      options =
          new RequestOptions()
              .setMethod(HttpMethod.POST)
              .setAbsoluteURI(url.toString())
              .setConnectTimeout(timing.webhook().toMillis())
              .setIdleTimeout(timing.webhook().toMillis())
              .setFollowRedirects(false)
              .putHeader("content-type", "application/json")
              .putHeader("user-agent", "jpm");
    } catch (RuntimeException unusable) {
      return Future.failedFuture(unusable);
    }
    return client()
        .request(options)
        .compose(request -> {
          open.set(request);
          return request
              .send(body)
              .compose(response -> {
                response.handler(_ -> {});
                // Read the response to the end, so that the connection is not closed while the
                // server is still writing.
                return response.end().map(_ -> response.statusCode());
              });
        });
  }

  private HttpClient client() {
    HttpClient made = client;
    if (made == null) {
      made =
          vertx.createHttpClient(
              new HttpClientOptions().setKeepAlive(false),
              // No connection is kept alive, so the pool does not need a cleaner timer every
              // second.
              new PoolOptions().setCleanerPeriod(0));
      client = made;
    }
    return made;
  }

  private static String words(Throwable error) {
    String message = error.getMessage();
    return message == null ? error.getClass().getSimpleName() : message;
  }
}
