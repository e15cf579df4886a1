/// The proxy, for programs that cannot be given a socket: each instance listens on a `PORT` of its
/// own, and the daemon listens on the app's port and forwards connections, byte for byte. Start
/// with [io.jpm.balancer.proxy.ProxyBackend]; `ProxyListener` is a port with the instances behind
/// it, `ClientConnection` finds an instance for a connection, and `Relay` copies its bytes.
/// `BalancingStrategy` selects the next instance.
///
/// The instances of an app are owned by the balancer's context. Connections live on Netty's event
/// loops and see an immutable `ProxyListener#ready` list and atomic counters; they report what they
/// observe to the context. Plain Netty is used for the reasons in
/// docs/decisions/0006-netty-for-the-proxy.md. The package depends on `model`, `bus`, `os` and
/// `balancer.mode`.
@NullMarked
package io.jpm.balancer.proxy;

import org.jspecify.annotations.NullMarked;
