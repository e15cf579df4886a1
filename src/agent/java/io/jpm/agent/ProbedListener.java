package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Combines two sockets of a server in a process that is probed: the shared socket, and a private
/// loopback socket for probes. The server's descriptor becomes an `epoll(7)` descriptor that
/// watches both sockets. It can be polled like a socket, so the shared socket can be added and
/// removed without the server's selector noticing. In fork mode, the probe socket is closed when
/// clients are admitted. Thread-safe.
final class ProbedListener {
  /// The backlog of the probe socket, which receives few connections.
  private static final int OWN_BACKLOG = 64;

  private static final int UNAVAILABLE = -2;

  private final JdkSockets jdkSockets;
  private final InheritedSocket shared;
  private final FileDescriptor sharedSocket;
  private final int epoll;
  private final int own;
  private final FileDescriptor ownSocket;
  private final InetSocketAddress ownAddress;
  private final boolean alone;

  /// The lock under which connections are accepted from the probe socket and the socket is closed.
  private final Object probing = new Object();

  private boolean probed = true;
  private volatile boolean taking;
  private boolean wanted;
  private boolean listening;
  private boolean closed;
  private int backlog;

  private ProbedListener(
      JdkSockets jdkSockets, InheritedSocket shared, int own, boolean wanted, boolean alone)
      throws IOException {
    this.jdkSockets = jdkSockets;
    this.alone = alone;
    this.shared = shared;
    this.own = own;
    this.wanted = wanted;
    sharedSocket = jdkSockets.descriptor(shared.number());
    ownSocket = jdkSockets.descriptor(own);
    jdkSockets.bind(shared.family(), ownSocket, InetAddress.getLoopbackAddress(), 0);
    jdkSockets.configureBlocking(ownSocket, false);
    if (alone) {
      jdkSockets.configureBlocking(sharedSocket, false);
    }
    ownAddress = jdkSockets.localAddress(ownSocket);
    epoll = jdkSockets.epoll();
  }

  /// Creates the listener for a server. The server's own socket becomes the probe socket.
  ///
  /// @param server the server's descriptor, which is not bound yet
  /// @param taking whether the server accepts client connections as soon as it listens
  /// @param alone whether the process is in fork mode, so that the shared socket now belongs only
  ///   to this process
  static ProbedListener make(
      JdkSockets jdkSockets,
      InheritedSocket shared,
      FileDescriptor server,
      boolean taking,
      boolean alone)
      throws IOException {
    int own = jdkSockets.duplicate(jdkSockets.number(server));
    try {
      ProbedListener probedListener = new ProbedListener(jdkSockets, shared, own, taking, alone);
      jdkSockets.duplicate(probedListener.epoll, jdkSockets.number(server));
      return probedListener;
    } catch (IOException | RuntimeException error) {
      jdkSockets.close(own);
      throw error;
    }
  }

  /// Returns the shared socket.
  InheritedSocket shared() {
    return shared;
  }

  /// Returns the descriptor of the shared socket, which has the server's address and options.
  FileDescriptor sharedSocket() {
    return sharedSocket;
  }

  /// Returns the address of the server and the private address for probes, as JSON; empty if the
  /// server does not listen or is no longer probed.
  synchronized String json() throws IOException {
    if (!listening || closed || !isProbed()) {
      return "";
    }
    InetSocketAddress address = jdkSockets.localAddress(sharedSocket);
    return "{\"host\":\"%s\",\"port\":%d,\"ownHost\":\"%s\",\"ownPort\":%d}"
        .formatted(text(address), address.getPort(), text(ownAddress), ownAddress.getPort());
  }

  private static String text(InetSocketAddress address) {
    String text = address.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  /// Makes the server listen.
  synchronized void listen(int connections) throws IOException {
    backlog = connections;
    jdkSockets.listen(ownSocket, OWN_BACKLOG);
    if (!listening) {
      listening = true;
      jdkSockets.watch(epoll, own);
    }
    if (wanted) {
      jdkSockets.listen(sharedSocket, backlog);
      enter();
    }
  }

  /// Makes the server start or stop accepting client connections.
  synchronized void acceptClients(boolean on) throws IOException {
    wanted = on;
    if (closed || !listening) {
      return;
    }
    if (!on && taking) {
      taking = false;
      jdkSockets.forget(epoll, shared.number());
    } else if (on && !taking) {
      jdkSockets.listen(sharedSocket, backlog);
      enter();
      if (alone) {
        endProbing();
      }
    }
  }

  private boolean isProbed() {
    synchronized (probing) {
      return probed;
    }
  }

  private void endProbing() throws IOException {
    synchronized (probing) {
      if (probed) {
        probed = false;
        jdkSockets.close(own);
      }
    }
  }

  private void enter() throws IOException {
    if (!taking) {
      jdkSockets.watch(epoll, shared.number());
      taking = true;
    }
  }

  /// Accepts a connection from either socket.
  ///
  /// @return the result of `Net.accept`
  int accept(FileDescriptor accepted, InetSocketAddress[] peer) throws IOException {
    if (taking) {
      int result = jdkSockets.accept(sharedSocket, accepted, peer);
      if (result != UNAVAILABLE) {
        return result;
      }
    }
    synchronized (probing) {
      return probed ? jdkSockets.accept(ownSocket, accepted, peer) : UNAVAILABLE;
    }
  }

  /// Closes the probe socket and the epoll descriptor. Called when the server is about to close its
  /// descriptor and no thread accepts connections.
  synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      taking = false;
      endProbing();
      jdkSockets.close(epoll);
    }
  }
}
