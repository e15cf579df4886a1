/// The HTTP server of the daemon, for browsers, scripts and Prometheus. Start with
/// [io.jpm.web.WebVerticle], the only class in use before `jpm web`: the server, with the classes
/// of vertx-web and Micrometer, is loaded only then.
///
/// Each request first passes [io.jpm.web.RequestAuthenticator]. Requests are forwarded in the name
/// of their sender to the component `command`, which checks permissions. Responses that are
/// produced here (streams, log files, metrics) are limited to the apps that the sender may see.
@NullMarked
package io.jpm.web;

import org.jspecify.annotations.NullMarked;
