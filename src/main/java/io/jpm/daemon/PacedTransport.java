package io.jpm.daemon;

import io.jpm.os.OpenFiles;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Vert.x's usual sockets, but that all servers keep the pace of [AcceptPace] from their first
/// connection on. Ports have a third of the daemon's files together; the socket in the home, which
/// is the owner's, has no such bound.
final class PacedTransport implements Transport {
  /// The part of the daemon's files that the connections of all ports have together.
  private static final int FILES_SHARE = 3;

  /// The limit of files where the system does not tell.
  private static final int USUAL_FILES = 1024;

  private final NioTransport sockets = new Paced();

  @Override
  public String name() {
    return NIO.name();
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  @SuppressWarnings("NullAway") // It is available, so there is no cause.
  public @Nullable Throwable unavailabilityCause() {
    return null;
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return sockets;
  }

  private static final class Paced extends NioTransport {
    private final AtomicInteger atPorts = new AtomicInteger();
    private final int mostAtPorts =
        OpenFiles.ofThisProcess().map(OpenFiles::most).orElse(USUAL_FILES) / FILES_SHARE;

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      ChannelFactory<? extends ServerChannel> usual = super.serverChannelFactory(domainSocket);
      return () -> {
        ServerChannel server = usual.newChannel();
        server
            .pipeline()
            .addLast(
                domainSocket
                    ? new AcceptPace(new AtomicInteger(), Integer.MAX_VALUE)
                    : new AcceptPace(atPorts, mostAtPorts));
        return server;
      };
    }
  }
}
