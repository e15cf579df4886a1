/// The small Java client of the daemon's bridge. Start reading at [io.jpm.client.BridgeConnection],
/// which is one conversation: connect, authenticate, send one command line, take the replies one by
/// one. [io.jpm.client.ClientMain] is the command line on top of it, for machines whose bash cannot
/// be the client; it does exactly what `bin/jpm` does, except that it never starts a daemon.
///
/// The room knows the JDK only: no Vert.x, no JSON library, so that it starts fast.
@NullMarked
package io.jpm.client;

import org.jspecify.annotations.NullMarked;
