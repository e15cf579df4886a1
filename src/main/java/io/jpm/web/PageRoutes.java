package io.jpm.web;

import io.jpm.web.metrics.MetricsPage;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/// Mounts `/` and `/metrics`. Their requests have already passed [RequestAuthenticator].
final class PageRoutes {
  private final MetricsPage metrics;
  private final Pm2Page pm2;

  PageRoutes(Vertx vertx, WebContext daemon) {
    this.metrics = new MetricsPage(vertx, daemon.clock());
    this.pm2 = new Pm2Page(vertx);
  }

  void mount(Router router) {
    router.route(HttpMethod.GET, "/").handler(this::pm2);
    router.route(HttpMethod.GET, "/metrics").handler(this::metrics);
  }

  /// Stops counting events because the server is closing.
  Future<Void> end() {
    return metrics.end();
  }

  private void pm2(RoutingContext context) {
    pm2.of(AuthenticatedCaller.of(context))
        .onComplete(
            page -> JsonResponse.json(context.response(), 200, page),
            failure -> unanswered(context, failure));
  }

  private void metrics(RoutingContext context) {
    boolean withShares = context.request().getParam("pss", "").equals("true");
    metrics
        .text(AuthenticatedCaller.of(context).principal(), withShares)
        .onComplete(
            text -> {
              context.response().putHeader("Content-Type", MetricsPage.CONTENT_TYPE);
              JsonResponse.end(context.response(), text);
            },
            failure -> unanswered(context, failure));
  }

  private static void unanswered(RoutingContext context, Throwable failure) {
    JsonResponse.failed(
        context.response(),
        502,
        Code.FAILED.keyword(),
        "the daemon did not answer: " + failure.getMessage());
  }
}
