package io.jpm.web;

import io.jpm.model.access.Principal;
import io.jpm.wire.RequestCaller;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/// The authenticated sender of a request.
///
/// @param principal the principal
/// @param byCookie whether the request was authenticated by a browser session rather than a token
/// @param origin the remote address
record AuthenticatedCaller(Principal principal, boolean byCookie, String origin) {
  /// Represents the server itself, for requests whose results the server filters for each client
  /// afterwards.
  static final AuthenticatedCaller ITSELF = new AuthenticatedCaller(Principal.OWNER, false, "web");

  private static final String KEY = "jpm.access";

  /// Returns the options for an event-bus request on behalf of this caller.
  ///
  /// @param patience the timeout for the reply
  DeliveryOptions delivery(Duration patience) {
    return new DeliveryOptions()
        .addHeader(RequestCaller.HEADER, new RequestCaller(principal, origin).toHeader())
        .setSendTimeout(patience.toMillis());
  }

  void attachTo(RoutingContext context) {
    context.put(KEY, this);
  }

  /// Returns the sender of a request that has passed [RequestAuthenticator].
  static AuthenticatedCaller of(RoutingContext context) {
    if (context.<Object>get(KEY) instanceof AuthenticatedCaller authenticatedCaller) {
      return authenticatedCaller;
    }
    throw new IllegalStateException(
        "the request is not authenticated: " + context.request().path());
  }
}
