package io.jpm.balancer.jvm;

import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds and replaces the sockets of an app on which no process listens any more because the app
/// has moved to another port. Without this, clients would wait forever on such a socket, and the
/// next process could not bind its port. Methods may block.
///
/// @param host reports the sockets on which processes listen
/// @param store holds the sockets
/// @param proc the mount point of procfs, `/proc`
record IdleSocketReplacer(ProcessHost host, ListenSocketRegistry store, Path proc) {
  private static final Pattern SOCKET = Pattern.compile("socket:\\[([0-9]+)\\]");

  /// Returns the inodes of the bound sockets that no process uses. The result is empty if there is
  /// a process that uses none of the app's sockets.
  ///
  /// @param processes the processes of the app, all of which must listen
  Set<Long> find(AppSpec spec, List<ProcessIdentity> processes) {
    AppSockets sockets = new AppSockets(store, spec.name());
    Set<Long> idle = new HashSet<>(sockets.boundInodes());
    for (ProcessIdentity process : processes) {
      Set<Long> used = used(process);
      used.retainAll(sockets.numbers());
      if (used.isEmpty()) {
        return Set.of();
      }
      idle.removeAll(used);
    }
    return idle;
  }

  /// Returns the inodes of the sockets on which a process accepts connections, or that it has
  /// assigned to a server. A process inherits each socket exactly once, so a second descriptor
  /// shows that a server uses the socket.
  private Set<Long> used(ProcessIdentity process) {
    Set<Long> used = new HashSet<>();
    for (TreeListener one : host.listenersOf(process)) {
      if (one.accepting()) {
        used.add(one.inode());
      }
    }
    Path folder = proc.resolve(process.pid() + "/fd");
    Set<Path> once = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(folder)) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        Path target = Files.readSymbolicLink(descriptor);
        Matcher socket = SOCKET.matcher(target.toString());
        if (socket.matches() && !once.add(target)) {
          used.add(Long.parseLong(socket.group(1)));
        }
      }
    } catch (IOException | UncheckedIOException moving) {
      return new HashSet<>(); // it is exiting or has just closed one: undecided
    }
    return used;
  }

  /// Closes the sockets that are idle now and were already idle in `before`, and opens new ones in
  /// their place.
  void replace(AppSpec spec, List<ProcessIdentity> processes, Set<Long> before)
      throws ListenException {
    AppSockets sockets = new AppSockets(store, spec.name());
    Set<Long> now = find(spec, processes);
    for (ListenSocket socket : sockets.open()) {
      if (now.contains(socket.inode()) && before.contains(socket.inode())) {
        socket.close();
      }
    }
    sockets.prepare(spec);
  }
}
