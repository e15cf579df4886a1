/// The HTTP side of the daemon, for browsers, scripts and Prometheus. Begin at
/// [io.jpm.web.WebVerticle], which is all there is until somebody says `jpm web`: the server, with
/// the classes of vertx-web and Micrometer, is loaded only then.
///
/// Whoever gets in passes [io.jpm.web.RequestAuthenticator] first; what they may do is decided by
/// the room `command`, to which requests are passed on with the name of who asks. Where an answer
/// is made here (streams, log files, metrics), it is cut down to the apps that who asks may see.
@NullMarked
package io.jpm.web;

import org.jspecify.annotations.NullMarked;
