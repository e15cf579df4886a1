package io.jpm.os.linux.socket;

import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.SingleUseEndpoint;
import io.jpm.os.linux.libc.HeldDescriptor;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.SocketCalls;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A listening socket on the loopback interface that accepts a single connection.
final class SingleUseListener implements SingleUseEndpoint {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  /// Maximum number of waiting connections. It is larger than 1, so that an unrelated client that
  /// is being rejected does not prevent the expected client from connecting.
  private static final int BACKLOG = 8;

  private final InetSocketAddress address;
  private final HeldDescriptor descriptor;
  private final Acceptor acceptor;
  private final Consumer<SingleUseListener> onClose;

  private SingleUseListener(
      InetSocketAddress address,
      int fd,
      Supplier<Reactor> reactors,
      Consumer<SingleUseListener> onClose) {
    this.address = address;
    this.descriptor = new HeldDescriptor(fd);
    this.acceptor = new Acceptor(descriptor, "a probe", reactors);
    this.onClose = onClose;
  }

  /// Opens a listener.
  ///
  /// @param reactors provides the reactor that accepts the connection
  /// @param consumer receives the first connection; all others are closed
  /// @param onClose called when the listener is closed
  static SingleUseListener open(
      Supplier<Reactor> reactors,
      Consumer<AcceptedConnection> consumer,
      Consumer<SingleUseListener> onClose)
      throws ListenException {
    int fd = SocketCalls.socket(SocketCalls.AF_INET, Libc.SOCK_STREAM);
    if (fd < 0) {
      throw SocketErrorExplainer.unavailable("a socket", -fd);
    }
    int result;
    try (Arena arena = Arena.ofConfined()) {
      result = SocketCalls.bind(fd, SocketAddresses.encode(arena, ANY_PORT));
    }
    if (result >= 0) {
      result = SocketCalls.listen(fd, BACKLOG);
    }
    InetSocketAddress address = SocketCalls.localAddress(fd).orElse(ANY_PORT);
    if (result < 0 || address.getPort() == 0) {
      Libc.close(fd);
      throw SocketErrorExplainer.unavailable("a socket on the loopback interface", -result);
    }
    var entrance = new SingleUseListener(address, fd, reactors, onClose);
    var come = new AtomicBoolean();
    entrance.acceptor.accept(acceptedConnection -> {
      if (come.compareAndSet(false, true)) {
        entrance.acceptor.pause();
        consumer.accept(acceptedConnection);
      } else {
        acceptedConnection.close();
      }
    });
    return entrance;
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    onClose.accept(this);
    acceptor.close();
    descriptor.close();
  }
}
