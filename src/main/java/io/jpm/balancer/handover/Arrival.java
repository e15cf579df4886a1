package io.jpm.balancer.handover;

import io.jpm.balancer.way.Lookout;
import io.jpm.balancer.way.Sharing;
import io.jpm.model.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.Listening;
import io.jpm.os.ProcessHost;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Looks at a new process until it takes connections: on a socket that it was given, or beside
/// those of the process whose place it takes. Owned by ClusterBalancer's context.
final class Arrival implements Lookout.Scene<String> {
  private final ProcessHost host;
  private final Sharing.Reports reports;
  private final Lone lone;
  private final ProcessIdentity process;
  private final Loan loan;
  private final Consumer<Lone> opening;
  private volatile List<Listening> found = List.of();

  /// @param opening has a process get clients, if it is ready
  Arrival(
      ProcessHost host,
      Sharing.Reports reports,
      Lone lone,
      ProcessIdentity process,
      Loan loan,
      Consumer<Lone> opening) {
    this.opening = opening;
    this.host = host;
    this.reports = reports;
    this.lone = lone;
    this.process = process;
    this.loan = loan;
  }

  @Override
  public boolean wanted() {
    return !lone.ended;
  }

  @Override
  public Optional<String> look() {
    List<Listening> all = host.listening(process);
    if (loan.given()) {
      return all.stream().filter(Listening::accepting).findFirst().map(it -> text(it.address()));
    }
    Set<Long> older = loan.inodes();
    List<Listening> own = all.stream().filter(it -> !older.contains(it.inode())).toList();
    boolean everywhere =
        loan.addresses().stream()
            .allMatch(at -> own.stream().anyMatch(it -> it.address().equals(at)));
    if (!everywhere || own.isEmpty()) {
      return Optional.empty();
    }
    found = own;
    if (loan.source().isEmpty()) {
      lead(own);
    }
    return Optional.of(text(own.getFirst().address()));
  }

  /// Leads clients to the new process. Where further processes listen, all of them get connections,
  /// as without a reload. Blocks for some milliseconds.
  private void lead(List<Listening> own) {
    Set<Long> newer = own.stream().map(Listening::inode).collect(Collectors.toSet());
    if (loan.isAlone(host.listeners(), newer)) {
      lone.beside = newer;
      loan.sockets().forEach(socket -> steer(socket, own));
    }
  }

  /// From here on the older process gets no new connection there. Where the kernel does not do that
  /// both get some, until the older one ends.
  private void steer(ListenSocket socket, List<Listening> own) {
    Optional<InetSocketAddress> at = socket.address();
    int older = loan.beside(socket);
    int newer = (int) own.stream().filter(it -> at.equals(Optional.of(it.address()))).count();
    if (!socket.steer(older, newer)) {
      System.getLogger("jpm.balancer")
          .log(System.Logger.Level.WARNING, "{0} cannot be steered", at);
    }
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().isAnyLocalAddress()
        ? "*:" + address.getPort()
        : address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Override
  public void seen(String address) {
    if (loan.source().isPresent()) {
      List<Listening> own = found;
      lone.lead = Optional.of(() -> lead(own));
      opening.accept(lone);
    }
    reports.listening(lone.id, address);
  }
}
