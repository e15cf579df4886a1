/// Sharing a port among programs that can take no socket: each instance listens on a `PORT` of its
/// own, the daemon listens on the app's port and passes connections on, byte for byte. Start with
/// [io.jpm.balancer.proxy.ProxyBackend]; `ProxyListener` is a port with the instances behind it,
/// `ClientConnection` finds an instance for a connection and `Relay` moves its bytes.
/// `BalancingStrategy` decides who is next.
///
/// What an app's instances are is owned by the balancer's context. Connections live on Netty's
/// event loops and see an immutable `ProxyListener#ready` list and atomic counters; what they
/// notice they tell the context. Plain Netty, for the reasons of
/// docs/decisions/0006-netty-for-the-proxy.md. The package knows `model`, `bus`, `os` and
/// `balancer.way`.
@NullMarked
package io.jpm.balancer.proxy;

import org.jspecify.annotations.NullMarked;
