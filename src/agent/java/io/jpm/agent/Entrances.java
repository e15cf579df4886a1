package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Creates and controls the [Entrance] of each server of a process. Servers have one only if jpm
/// probes the app or waits until it is ready (`JPM_PROBED`). Thread-safe.
final class Entrances {
  private final Jdk jdk;
  private final Channel channel;
  private final Descriptors descriptors;
  private final boolean wanted;
  private final boolean alone;

  /// The key is the server's descriptor object, which equals only itself.
  private final Map<FileDescriptor, Entrance> all = new ConcurrentHashMap<>();

  /// The inodes of the sockets on which a process in fork mode listens. The key is the server's
  /// descriptor object.
  private final Map<FileDescriptor, String> inodes = new ConcurrentHashMap<>();

  private boolean taking;
  private boolean left;
  private boolean replaced;

  /// @param probed `open` if servers accept client connections at once, `gated` if they do so when
  ///   they are told to; empty if servers have no [Entrance]
  /// @param alone whether the process is in fork mode, and shares its sockets with no other one
  Entrances(Jdk jdk, Channel channel, Descriptors descriptors, String probed, boolean alone) {
    this.alone = alone;
    this.descriptors = descriptors;
    this.jdk = jdk;
    this.channel = channel;
    wanted = !probed.isEmpty();
    taking = !probed.equals("gated");
  }

  /// Reports whether servers get an [Entrance].
  boolean wanted() {
    return wanted;
  }

  /// Reports whether a server that starts now gets an [Entrance]: in fork mode only before clients
  /// are admitted.
  synchronized boolean wantedNow() {
    return wanted && !(alone && taking);
  }

  /// Returns the [Entrance] of a server; null if it has none.
  @Nullable Entrance of(FileDescriptor server) {
    return all.get(server);
  }

  /// Reports whether a server has an [Entrance].
  boolean has(FileDescriptor server) {
    return all.containsKey(server);
  }

  /// Reports whether any server has an [Entrance] with this socket.
  boolean have(InheritedSocket socket) {
    return all.values().stream().anyMatch(it -> it.shared().equals(socket));
  }

  /// Records that a server of a process in fork mode is bound to a socket, which can be handed over
  /// to the next process.
  ///
  /// @param socket the descriptor number of the socket
  void bound(FileDescriptor server, int socket) {
    String inode = descriptors.inode(socket);
    if (!inode.isEmpty()) {
      inodes.put(server, inode);
      tell();
    }
  }

  /// Creates the [Entrance] of a server.
  synchronized void make(InheritedSocket socket, FileDescriptor server) throws IOException {
    all.put(server, Entrance.make(jdk, socket, server, taking, alone));
  }

  /// Returns the socket that has a server's address and options: the server's own descriptor is not
  /// a socket if it has an [Entrance].
  FileDescriptor socket(FileDescriptor server) {
    Entrance entrance = all.get(server);
    return entrance == null ? server : entrance.sharedSocket();
  }

  /// Makes a server listen.
  void listen(FileDescriptor server, int backlog) throws IOException {
    Entrance entrance = all.get(server);
    if (entrance == null) {
      jdk.listen(server, backlog);
    } else {
      entrance.listen(backlog);
      tell();
    }
  }

  /// Handles that a descriptor is about to be closed.
  ///
  /// @return the inherited socket of its [Entrance], if it has one
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

  /// Makes the servers accept client connections from now on, or stop.
  synchronized void take(boolean on) {
    if (left) {
      return;
    }
    taking = on;
    for (Entrance entrance : all.values()) {
      try {
        entrance.take(on);
      } catch (IOException error) {
        System.err.println("jpm: this Java cannot change on which sockets it accepts: " + error);
      }
    }
  }

  /// Stops accepting client connections for good, even if a later command says otherwise.
  synchronized void leave() {
    take(false);
    left = true;
  }

  /// Records that Java's sockets replace a native transport of Netty.
  synchronized void replaced() {
    replaced = true;
    tell();
  }

  /// Reports to jpm where the servers are reached beside the shared sockets, and in fork mode on
  /// which sockets the process listens.
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
      System.err.println("jpm: this Java cannot report where it listens: " + error);
    }
  }
}
