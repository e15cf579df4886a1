package io.jpm.balancer.jvm;

import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.Listening;
import io.jpm.os.ProcessHost;
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

/// Finds sockets of an app that no process of it listens on any more, since the app has moved to
/// another port: clients would wait there for ever, and the next process could not bind them anew.
/// Methods may block.
///
/// @param host who knows what processes listen on
/// @param store where the sockets are
/// @param proc the folder of processes, `/proc`
record IdleSockets(ProcessHost host, ListenSockets store, Path proc) {
  private static final Pattern SOCKET = Pattern.compile("socket:\\[([0-9]+)\\]");

  /// The sockets that are bound and that nobody uses; none while a process uses no other one.
  ///
  /// @param processes the app's, each of which listens
  Set<Long> of(AppSpec spec, List<ProcessIdentity> processes) {
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

  /// What a process accepts on, or has under a server. Every process has every socket of the app
  /// once, as it was inherited.
  private Set<Long> used(ProcessIdentity process) {
    Set<Long> used = new HashSet<>();
    for (Listening one : host.listening(process)) {
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
      return new HashSet<>(); // it ends, or has just closed one: not the moment to decide anything
    }
    return used;
  }

  /// Closes those that are idle now and were before, and opens fresh ones in their place.
  void replace(AppSpec spec, List<ProcessIdentity> processes, Set<Long> before)
      throws ListenFailure {
    AppSockets sockets = new AppSockets(store, spec.name());
    Set<Long> now = of(spec, processes);
    for (ListenSocket socket : sockets.open()) {
      if (now.contains(socket.inode()) && before.contains(socket.inode())) {
        socket.close();
      }
    }
    sockets.prepare(spec);
  }
}
