package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Creates and controls the [ProbedListener] of each server of a process. Servers have a
/// [ProbedListener] only if jpm probes the app or waits until the app is ready (`JPM_PROBED`).
/// Thread-safe.
final class ProbedListeners {
  private final JdkSockets jdkSockets;
  private final AgentChannel agentChannel;
  private final DescriptorInspector descriptorInspector;
  private final boolean wanted;
  private final boolean alone;

  /// The listeners of all servers. The keys are the servers' descriptor objects, which are compared
  /// by identity.
  private final Map<FileDescriptor, ProbedListener> all = new ConcurrentHashMap<>();

  /// The inodes of the sockets on which a process in fork mode listens. The keys are the servers'
  /// descriptor objects.
  private final Map<FileDescriptor, String> inodes = new ConcurrentHashMap<>();

  private boolean taking;
  private boolean stopped;
  private boolean replaced;

  /// @param probed `open` if servers accept client connections immediately, `gated` if they do so
  ///   only on command; empty if servers have no [ProbedListener]
  /// @param alone whether the process is in fork mode and does not share its sockets with other
  ///   processes
  ProbedListeners(
      JdkSockets jdkSockets,
      AgentChannel agentChannel,
      DescriptorInspector descriptorInspector,
      String probed,
      boolean alone) {
    this.alone = alone;
    this.descriptorInspector = descriptorInspector;
    this.jdkSockets = jdkSockets;
    this.agentChannel = agentChannel;
    wanted = !probed.isEmpty();
    taking = !probed.equals("gated");
  }

  /// Reports whether servers of this process have a [ProbedListener].
  boolean enabled() {
    return wanted;
  }

  /// Reports whether a server that starts now receives a [ProbedListener]. In fork mode, a server
  /// receives one only until clients are admitted.
  synchronized boolean enabledNow() {
    return wanted && !(alone && taking);
  }

  /// Returns the [ProbedListener] of a server; null if it has none.
  @Nullable ProbedListener of(FileDescriptor server) {
    return all.get(server);
  }

  /// Reports whether a server has a [ProbedListener].
  boolean has(FileDescriptor server) {
    return all.containsKey(server);
  }

  /// Reports whether any server has a [ProbedListener] with this socket.
  boolean isUsed(InheritedSocket socket) {
    return all.values().stream().anyMatch(it -> it.shared().equals(socket));
  }

  /// Records that a server of a process in fork mode is bound to a socket, which can be handed over
  /// to the next process.
  ///
  /// @param socket the descriptor number of the socket
  void bound(FileDescriptor server, int socket) {
    String inode = descriptorInspector.inode(socket);
    if (!inode.isEmpty()) {
      inodes.put(server, inode);
      report();
    }
  }

  /// Creates the [ProbedListener] of a server.
  synchronized void create(InheritedSocket socket, FileDescriptor server) throws IOException {
    all.put(server, ProbedListener.make(jdkSockets, socket, server, taking, alone));
  }

  /// Returns the socket that has a server's address and options. If the server has a
  /// [ProbedListener], this is the shared socket, because the server's descriptor is then an epoll
  /// descriptor.
  FileDescriptor socket(FileDescriptor server) {
    ProbedListener probedListener = all.get(server);
    return probedListener == null ? server : probedListener.sharedSocket();
  }

  /// Makes a server listen.
  void listen(FileDescriptor server, int backlog) throws IOException {
    ProbedListener probedListener = all.get(server);
    if (probedListener == null) {
      jdkSockets.listen(server, backlog);
    } else {
      probedListener.listen(backlog);
      report();
    }
  }

  /// Removes a server that is about to close its descriptor.
  ///
  /// @return the inherited socket of its [ProbedListener]; empty if it has none
  Optional<InheritedSocket> close(FileDescriptor server) throws IOException {
    inodes.remove(server);
    ProbedListener probedListener = all.remove(server);
    if (probedListener == null) {
      return Optional.empty();
    }
    probedListener.close();
    report();
    return Optional.of(probedListener.shared());
  }

  /// Makes the servers start or stop accepting client connections.
  synchronized void acceptClients(boolean on) {
    if (stopped) {
      return;
    }
    taking = on;
    for (ProbedListener probedListener : all.values()) {
      try {
        probedListener.acceptClients(on);
      } catch (IOException error) {
        System.err.println("jpm: the server cannot start or stop accepting connections: " + error);
      }
    }
  }

  /// Stops accepting client connections permanently, even if a later command says otherwise.
  synchronized void stopAccepting() {
    acceptClients(false);
    stopped = true;
  }

  /// Records that Netty uses Java's sockets instead of its native transport, and reports this to
  /// jpm.
  synchronized void transportReplaced() {
    replaced = true;
    report();
  }

  /// Reports to jpm the private addresses of the servers and, in fork mode, the sockets on which
  /// the process listens.
  synchronized void report() {
    StringBuilder servers = new StringBuilder();
    try {
      for (ProbedListener probedListener : all.values()) {
        String one = probedListener.json();
        servers.append(servers.length() > 0 && !one.isEmpty() ? "," : "").append(one);
      }
      agentChannel.send(
          "{\"cmd\":\"NODE_JPM\",\"act\":\"reached\",\"servers\":[%s],\"replaced\":%s,\"sockets\":[%s]}\n"
              .formatted(servers, replaced, String.join(",", inodes.values())));
    } catch (IOException error) {
      System.err.println(
          "jpm: the addresses of the servers cannot be reported to the daemon: " + error);
    }
  }
}
