/// The HTTP server of the daemon, for browsers, scripts and Prometheus. Start reading at
/// [io.jpm.web.WebVerticle]. Until `jpm web` is used, only that class is loaded; the server and the
/// classes of vertx-web and Micrometer are loaded on demand.
///
/// Each request first passes [io.jpm.web.RequestAuthenticator]. Requests are then forwarded on
/// behalf of their senders to the component `command`, which checks permissions. Responses that are
/// produced in this package (streams, log files, metrics) are limited to the apps that the sender
/// has access to.
@NullMarked
package io.jpm.web;

import org.jspecify.annotations.NullMarked;
