package io.jpm.os.linux.socket;

import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcessFiles;
import io.jpm.os.linux.proc.ProcessTag;
import io.jpm.os.linux.proc.TagVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds the processes that listen on an address where this daemon is about to listen. They may be
/// apps of the daemon's own home, with sockets that a former daemon created and this daemon could
/// not recover. All other processes are unrelated to the daemon.
public final class PortOwnerFinder {
  private static final String AGENTS_VARIABLE = "JPM_SOCKET_INODES";

  private final Optional<Path> home;
  private final DaemonIdentity daemonIdentity;
  private final TagVerifier trust;

  /// Creates a finder for the daemon of a home.
  ///
  /// @param home the daemon's home, which is the prefix of its process tags; empty if it has none
  public PortOwnerFinder(Optional<Path> home, DaemonIdentity daemonIdentity, TagVerifier trust) {
    this.home = home;
    this.daemonIdentity = daemonIdentity;
    this.trust = trust;
  }

  /// The result for an address.
  ///
  /// @param lost whether all processes that listen there belong to this home and use a socket that
  ///   the daemon does not have open
  /// @param name one of the processes, as a phrase for the user such as ` by pid 4711 (node)`;
  ///   empty if none is known
  record PortOwners(boolean lost, String name) {}

  private record Holder(int pid, Set<Long> sockets, boolean ours) {
    String describe() {
      try {
        return " by pid "
            + pid
            + " ("
            + Files.readString(Path.of("/proc/" + pid + "/comm")).strip()
            + ")";
      } catch (IOException gone) {
        return " by pid " + pid;
      }
    }
  }

  /// Finds the processes that listen on `address` or on another address that conflicts with it.
  ///
  /// @param own the inode numbers of the sockets that the daemon has open
  PortOwners find(InetSocketAddress address, Set<Long> own) {
    Set<Long> there = new HashSet<>();
    listening().stream()
        .filter(row -> collides(row.address(), address))
        .forEach(row -> there.add(row.inode()));
    List<Holder> holders = there.isEmpty() ? List.of() : holders(there);
    Set<Long> known = new HashSet<>();
    holders.forEach(holder -> known.addAll(holder.sockets()));
    boolean lost =
        !there.isEmpty()
            && known.equals(there)
            && there.stream().noneMatch(own::contains)
            && holders.stream().allMatch(Holder::ours);
    return new PortOwners(lost, holders.stream().findFirst().map(Holder::describe).orElse(""));
  }

  private List<TcpTable.Row> listening() {
    return TcpTable.of(daemonIdentity.pid(), Set.of(TcpTable.LISTEN));
  }

  private static boolean collides(InetSocketAddress one, InetSocketAddress other) {
    InetAddress first = one.getAddress();
    InetAddress second = other.getAddress();
    return one.getPort() == other.getPort()
        && (first.isAnyLocalAddress() || second.isAnyLocalAddress() || first.equals(second));
  }

  private List<Holder> holders(Set<Long> sockets) {
    List<Holder> holders = new ArrayList<>();
    try (ProcReader reader = new ProcReader()) {
      for (int pid : reader.pids()) {
        Set<Long> held = new HashSet<>(sockets);
        held.retainAll(ProcessFiles.of(pid).sockets().values());
        if (pid != daemonIdentity.pid() && !held.isEmpty()) {
          holders.add(new Holder(pid, held, isOurs(pid, reader)));
        }
      }
    }
    return holders;
  }

  private boolean isOurs(int pid, ProcReader reader) {
    return home.isPresent()
        && ((reader
                    .tag(pid)
                    .filter(tag -> ProcessTag.home(tag).equals(home.get().toString()))
                    .isPresent()
                && trust.isOwn(pid, reader))
            || trust.writesToPipeOf(home.get(), pid, reader));
  }

  /// Reports whether an app of this home listens on a socket that it received unbound and that the
  /// daemon does not have open.
  ///
  /// @param own the inode numbers of the sockets that the daemon has open
  boolean hasLostUnbound(Set<Long> own) {
    if (home.isEmpty()) {
      return false;
    }
    Set<Long> listening = new HashSet<>();
    listening().forEach(row -> listening.add(row.inode()));
    listening.removeAll(own);
    if (listening.isEmpty()) {
      return false;
    }
    try (ProcReader reader = new ProcReader()) {
      for (int pid : reader.pids()) {
        boolean given =
            reader.variable(pid, AGENTS_VARIABLE).filter(_ -> trust.isOwn(pid, reader)).stream()
                .flatMap(list -> List.of(list.split(",", -1)).stream())
                .anyMatch(
                    inode -> listening.stream().map(Object::toString).anyMatch(inode::equals));
        if (given && isOurs(pid, reader)) {
          return true;
        }
      }
    }
    return false;
  }
}
