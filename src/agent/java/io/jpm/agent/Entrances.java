package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The entrances of a process's servers. There are some only where jpm probes the app or waits
/// until it is ready (`JPM_PROBED`). Thread-safe.
final class Entrances {
  private final Jdk jdk;
  private final Channel channel;
  private final Descriptors descriptors;
  private final boolean wanted;
  private final boolean alone;

  /// By the server's descriptor, which equals only itself.
  private final Map<FileDescriptor, Entrance> all = new ConcurrentHashMap<>();

  /// The kernel's numbers of the sockets by which Java listens, where the process is alone. By the
  /// server's descriptor.
  private final Map<FileDescriptor, String> inodes = new ConcurrentHashMap<>();

  private boolean taking;
  private boolean left;
  private boolean replaced;

  /// @param probed `open` where servers take connections of clients at once, `gated` where they do
  ///   so when they are told; empty where there are no entrances
  /// @param alone whether the app has no other process
  Entrances(Jdk jdk, Channel channel, Descriptors descriptors, String probed, boolean alone) {
    this.alone = alone;
    this.descriptors = descriptors;
    this.jdk = jdk;
    this.channel = channel;
    wanted = !probed.isEmpty();
    taking = !probed.equals("gated");
  }

  /// Whether servers get one.
  boolean wanted() {
    return wanted;
  }

  /// Whether a server that begins now gets one: where the process is alone, only before clients
  /// come.
  synchronized boolean wantedNow() {
    return wanted && !(alone && taking);
  }

  /// The one of a server.
  @Nullable Entrance of(FileDescriptor server) {
    return all.get(server);
  }

  /// Whether a server has one.
  boolean has(FileDescriptor server) {
    return all.containsKey(server);
  }

  /// Whether a server has one with this socket.
  boolean have(InheritedSocket socket) {
    return all.values().stream().anyMatch(it -> it.shared().equals(socket));
  }

  /// A server of a process that is alone is bound to a socket, which the next process can be given.
  ///
  /// @param socket the socket's number
  void bound(FileDescriptor server, int socket) {
    String inode = descriptors.inode(socket);
    if (!inode.isEmpty()) {
      inodes.put(server, inode);
      tell();
    }
  }

  /// Makes one for a server.
  synchronized void make(InheritedSocket socket, FileDescriptor server) throws IOException {
    all.put(server, Entrance.make(jdk, socket, server, taking, alone));
  }

  /// The socket that has a server's address and options: its own descriptor is none where it has an
  /// entrance.
  FileDescriptor socket(FileDescriptor server) {
    Entrance entrance = all.get(server);
    return entrance == null ? server : entrance.sharedSocket();
  }

  /// A server listens.
  void listen(FileDescriptor server, int backlog) throws IOException {
    Entrance entrance = all.get(server);
    if (entrance == null) {
      jdk.listen(server, backlog);
    } else {
      entrance.listen(backlog);
      tell();
    }
  }

  /// A descriptor is about to be closed.
  ///
  /// @return the inherited socket of it, where it has an entrance
  Optional<InheritedSocket> close(FileDescriptor server) throws IOException {
    inodes.remove(server);
    Entrance entrance = all.remove(server);
    if (entrance == null) {
      return Optional.empty();
    }
    entrance.close();
    tell();
    return Optional.of(entrance.shared());
  }

  /// Servers take connections of clients from now on, or take none.
  synchronized void take(boolean on) {
    if (left) {
      return;
    }
    taking = on;
    for (Entrance entrance : all.values()) {
      try {
        entrance.take(on);
      } catch (IOException error) {
        System.err.println("jpm: this Java cannot change what it accepts from: " + error);
      }
    }
  }

  /// No server takes connections of clients any more, whatever is said later.
  synchronized void leave() {
    take(false);
    left = true;
  }

  /// Java's sockets stand in for a transport of Netty's own.
  synchronized void replaced() {
    replaced = true;
    tell();
  }

  /// Says where the servers are reached past the sockets that are shared, and by which sockets a
  /// process that is alone listens.
  synchronized void tell() {
    StringBuilder servers = new StringBuilder();
    try {
      for (Entrance entrance : all.values()) {
        String one = entrance.json();
        servers.append(servers.length() > 0 && !one.isEmpty() ? "," : "").append(one);
      }
      channel.say(
          "{\"cmd\":\"NODE_JPM\",\"act\":\"reached\",\"servers\":[%s],\"replaced\":%s,\"sockets\":[%s]}\n"
              .formatted(servers, replaced, String.join(",", inodes.values())));
    } catch (IOException error) {
      System.err.println("jpm: this Java cannot say where it is reached: " + error);
    }
  }
}
