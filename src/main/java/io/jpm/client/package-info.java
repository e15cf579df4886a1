/// The daemon's bridge from outside, for two kinds of users.
///
/// Services: [io.jpm.client.JpmClient] is where to start. [io.jpm.client.Endpoint] says where a
/// daemon is to be had, [io.jpm.client.Request] what it can be asked for, [io.jpm.client.Response]
/// what it answers; [io.jpm.client.Follower] and [io.jpm.client.EventFollower] take what a
/// subscription brings, and what goes wrong is a [io.jpm.client.JpmException]. Beneath, a
/// `Connection` is a socket with frames, `RequestQueue` and `RequestConnection` share one among all
/// requests, and a `FollowLoop` has one of its own.
///
/// The command line: [io.jpm.client.ClientMain], for machines whose bash cannot be the client. It
/// does exactly what `bin/jpm` does, except that it never starts a daemon, and has
/// [io.jpm.client.BridgeConnection] for its one conversation.
///
/// The room knows the JDK only: no Vert.x, no JSON library, so that it starts fast and a service
/// needs nothing else.
@NullMarked
package io.jpm.client;

import org.jspecify.annotations.NullMarked;
