/// The door for everything outside the JVM: clients send and receive event-bus messages as 4-byte
/// big-endian lengths followed by JSON.
///
/// Two ways lead in. The unix socket is Vert.x's own TCP event-bus bridge with a short allow-list;
/// the file system says who may connect, so its peers are the owner's and need no credential. The
/// TCP port is for clients that cannot open a unix socket; there a guard asks for the token first,
/// then passes bytes on to the unix socket, watching what the stock bridge does not: back-pressure,
/// slow and too many peers. In front of the stock bridge `FrameScanner` judges the frames of both.
///
/// Start reading at [io.jpm.bridge.BridgeVerticle], then `ConnectionGuard` and `GuardedConnection`;
/// `EventBusBridge` and `PeerChannel` tame the other side, `PeerLines` sends what apps print,
/// `PeerEvents` what happens to them, now and in the past. Everything runs on one event loop, so
/// nothing here is locked. The room may know `wire` and `bus`; only `daemon` knows it.
@NullMarked
package io.jpm.bridge;

import org.jspecify.annotations.NullMarked;
