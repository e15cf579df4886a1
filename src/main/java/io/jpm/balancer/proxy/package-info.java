/// The proxy, for programs that cannot inherit a listening socket. Each instance listens on a
/// `PORT` of its own, and the daemon listens on the app's port and forwards connections unchanged.
/// Start with [io.jpm.balancer.proxy.ProxyBackend]. A `ProxyListener` is a port with the instances
/// behind it, a `ClientConnection` finds an instance for a connection, and a `Relay` copies its
/// bytes. A `BalancingStrategy` selects the next instance.
///
/// The instances of an app are owned by the balancer's context. Connections run on Netty's event
/// loops and see an immutable list (`ProxyListener#ready`) and atomic counters. They report their
/// observations to the context. Plain Netty is used for the reasons in
/// docs/decisions/0006-netty-for-the-proxy.md. The package depends on `model`, `bus`, `os` and
/// `balancer.mode`.
@NullMarked
package io.jpm.balancer.proxy;

import org.jspecify.annotations.NullMarked;
