package io.jpm.daemon;

import io.jpm.os.DescriptorBudget;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Vert.x's NIO transport, which adds an [AcceptLimiter] to each server before its first
/// connection. Connections to all ports together may use one third of the daemon's file
/// descriptors. The Unix socket in the home has no such limit, because only the owner can connect
/// to it.
final class LimitedTransport implements Transport {
  /// The divisor for the share of connections to ports: one third of the descriptor limit.
  private static final int FILES_SHARE = 3;

  /// The descriptor limit to assume if the system does not report one.
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
  @SuppressWarnings("NullAway") // null is permitted because the transport is available
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
        DescriptorBudget.ofThisProcess().map(DescriptorBudget::limit).orElse(USUAL_FILES)
            / FILES_SHARE;

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      ChannelFactory<? extends ServerChannel> usual = super.serverChannelFactory(domainSocket);
      return () -> {
        ServerChannel server = usual.newChannel();
        server
            .pipeline()
            .addLast(
                domainSocket
                    ? new AcceptLimiter(new AtomicInteger(), Integer.MAX_VALUE)
                    : new AcceptLimiter(atPorts, mostAtPorts));
        return server;
      };
    }
  }
}
