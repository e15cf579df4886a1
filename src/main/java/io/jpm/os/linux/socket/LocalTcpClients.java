package io.jpm.os.linux.socket;

import io.jpm.os.linux.libc.Libc;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds the TCP clients on this machine that run as the daemon's own user.
public final class LocalTcpClients {
  private LocalTcpClients() {}

  /// Returns the local ports of this user's sockets that are connected to `port`.
  public static Set<Integer> portsTo(int port) {
    int own = Libc.effectiveUser();
    return TcpTable.of((int) ProcessHandle.current().pid(), Set.of(TcpTable.ESTABLISHED)).stream()
        .filter(row -> row.peerPort() == port && row.user() == own)
        .map(TcpTable.Row::port)
        .collect(Collectors.toSet());
  }
}
