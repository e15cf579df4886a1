/// The event-bus bridge: clients outside the JVM send and receive event-bus messages. A frame is a
/// 4-byte big-endian length followed by JSON.
///
/// There are two ways to connect. The unix socket is served by the Vert.x TCP event-bus bridge with
/// a short allow-list. File permissions restrict it to the owner, so its peers need no credential.
/// The TCP port and the optional TLS port are for clients that cannot open a unix socket. There, a
/// guard verifies the token and then forwards bytes to the unix socket; it also adds what the
/// Vert.x bridge lacks: backpressure, timeouts for slow peers and connection limits. In both cases,
/// `FrameScanner` checks the frames before the Vert.x bridge receives them.
///
/// Start reading at [io.jpm.bridge.BridgeVerticle], then `ConnectionGuard` and `GuardedConnection`.
/// `EventBusBridge` and `PeerChannel` control the Vert.x bridge. `PeerLines` delivers log lines,
/// and `PeerEvents` delivers live and past events. Everything runs on one event loop, so there are
/// no locks. The package may use `wire` and `bus`; only `daemon` may use it.
@NullMarked
package io.jpm.bridge;

import org.jspecify.annotations.NullMarked;
