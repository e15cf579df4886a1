package io.jpm.balancer.handover;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.balancer.mode.ProcessPoll;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Polls a new process until it accepts connections, either on an inherited socket or beside the
/// sockets of the process that it replaces. Owned by ClusterBalancer's context.
final class ListenWatch implements ProcessPoll.PollTask<String> {
  private final ProcessHost host;
  private final BalancerBackend.Observer observer;
  private final ForkProcess forkProcess;
  private final ProcessIdentity process;
  private final HeldSockets heldSockets;
  private final Consumer<ForkProcess> opening;
  private volatile List<TreeListener> found = List.of();

  /// @param opening admits clients to a process if the process is ready
  ListenWatch(
      ProcessHost host,
      BalancerBackend.Observer observer,
      ForkProcess forkProcess,
      ProcessIdentity process,
      HeldSockets heldSockets,
      Consumer<ForkProcess> opening) {
    this.opening = opening;
    this.host = host;
    this.observer = observer;
    this.forkProcess = forkProcess;
    this.process = process;
    this.heldSockets = heldSockets;
  }

  @Override
  public boolean isResultNeeded() {
    return !forkProcess.ended;
  }

  @Override
  public Optional<String> inspect() {
    List<TreeListener> all = host.listenersOf(process);
    if (heldSockets.inherited()) {
      return all.stream().filter(TreeListener::accepting).findFirst().map(it -> text(it.address()));
    }
    Set<Long> older = heldSockets.inodes();
    List<TreeListener> own = all.stream().filter(it -> !older.contains(it.inode())).toList();
    boolean everywhere =
        heldSockets.addresses().stream()
            .allMatch(at -> own.stream().anyMatch(it -> it.address().equals(at)));
    if (!everywhere || own.isEmpty()) {
      return Optional.empty();
    }
    found = own;
    if (heldSockets.source().isEmpty()) {
      lead(own);
    }
    return Optional.of(text(own.getFirst().address()));
  }

  /// Directs clients to the new process. If further processes listen at the same addresses, all of
  /// them receive connections, as they do without a reload. Blocks for several milliseconds.
  private void lead(List<TreeListener> own) {
    Set<Long> newer = own.stream().map(TreeListener::inode).collect(Collectors.toSet());
    if (heldSockets.isAlone(host.listeners(), newer)) {
      forkProcess.redirectedInodes = newer;
      heldSockets.sockets().forEach(socket -> steer(socket, own));
    }
  }

  /// Stops new connections to the older process at the address of `socket`. If the kernel does not
  /// support this, both processes receive connections until the older one terminates.
  private void steer(ListenSocket socket, List<TreeListener> own) {
    Optional<InetSocketAddress> at = socket.address();
    int older = heldSockets.countAtAddressOf(socket);
    int newer = (int) own.stream().filter(it -> at.equals(Optional.of(it.address()))).count();
    if (!socket.routeToNewer(older, newer)) {
      System.getLogger("jpm.balancer")
          .log(
              System.Logger.Level.WARNING,
              "cannot direct the connections at {0} to the new process only",
              at.map(ListenWatch::text).orElse("an unknown address"));
    }
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().isAnyLocalAddress()
        ? "*:" + address.getPort()
        : address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Override
  public void onResult(String address) {
    if (heldSockets.source().isPresent()) {
      List<TreeListener> own = found;
      forkProcess.redirectClients = Optional.of(() -> lead(own));
      opening.accept(forkProcess);
    }
    observer.listening(forkProcess.id, address);
  }
}
