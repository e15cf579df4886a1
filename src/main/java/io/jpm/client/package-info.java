/// Clients of the daemon's bridge, for two kinds of users.
///
/// For services: start at [io.jpm.client.JpmClient]. [io.jpm.client.Endpoint] is the address of a
/// daemon, [io.jpm.client.Request] a request, [io.jpm.client.Response] its answer.
/// [io.jpm.client.Follower] and [io.jpm.client.EventFollower] receive the items of a subscription,
/// and a failure is a [io.jpm.client.JpmException]. Internally, a `Connection` exchanges frames
/// over a socket, `RequestQueue` and `RequestConnection` share one connection among all requests,
/// and each `FollowLoop` has its own.
///
/// For the command line: [io.jpm.client.ClientMain], for machines whose bash cannot be the client.
/// It behaves as `bin/jpm` does, except that it never starts a daemon, and uses
/// [io.jpm.client.BridgeConnection].
///
/// The package uses only the JDK: no Vert.x and no JSON library, so that it starts fast and
/// services need no other dependency.
@NullMarked
package io.jpm.client;

import org.jspecify.annotations.NullMarked;
