/// Clients of the daemon's bridge, for two groups of users.
///
/// For Java programs: start at [io.jpm.client.JpmClient]. [io.jpm.client.Endpoint] is the address
/// of a daemon, [io.jpm.client.Request] a request and [io.jpm.client.Response] its reply.
/// [io.jpm.client.Follower] and [io.jpm.client.EventFollower] receive the items of a subscription.
/// A failure is reported as a [io.jpm.client.JpmException]. Internally, a `FrameConnection`
/// exchanges frames over a socket, `RequestQueue` and `RequestConnection` share one connection
/// among all requests, and each `FollowLoop` has its own connection.
///
/// For the command line: [io.jpm.client.ClientMain], for machines on which bash is older than 4.4
/// or cannot open network connections. It behaves like `bin/jpm`, except that it never starts a
/// daemon, and uses [io.jpm.client.BridgeConnection].
///
/// The package uses only the JDK, without Vert.x or a JSON library, so that it starts quickly and
/// adds no dependencies to programs that use it.
@NullMarked
package io.jpm.client;

import org.jspecify.annotations.NullMarked;
