package io.jpm.web;

import io.jpm.model.access.Principal;
import io.jpm.wire.RequestCaller;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/// Who was let in, and how.
///
/// @param who they are
/// @param byCookie whether by a browser's session; else by a token
/// @param from the address they come from
record AuthenticatedCaller(Principal who, boolean byCookie, String from) {
  /// The server itself, where who may see what is decided afterwards.
  static final AuthenticatedCaller ITSELF = new AuthenticatedCaller(Principal.OWNER, false, "web");

  private static final String KEY = "jpm.access";

  /// How another room is asked in their name.
  ///
  /// @param patience how long it may take to answer
  DeliveryOptions delivery(Duration patience) {
    return new DeliveryOptions()
        .addHeader(RequestCaller.HEADER, new RequestCaller(who, from).toHeader())
        .setSendTimeout(patience.toMillis());
  }

  void keepIn(RoutingContext context) {
    context.put(KEY, this);
  }

  /// Of a request that has passed [RequestAuthenticator].
  static AuthenticatedCaller of(RoutingContext context) {
    if (context.<Object>get(KEY) instanceof AuthenticatedCaller authenticatedCaller) {
      return authenticatedCaller;
    }
    throw new IllegalStateException("nobody was asked who this is: " + context.request().path());
  }
}
