package io.jpm.os.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalTcpClientsTest {
  @Test
  void onlyClientsOfThisProcessAreFound() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var server = new ServerSocket(0, 5, loopback);
        var other = new ServerSocket(0, 5, loopback);
        var client = new Socket(loopback, server.getLocalPort());
        var _ = server.accept()) {
      assertThat(LocalTcpClients.portsTo(server.getLocalPort()))
          .containsExactly(client.getLocalPort());
      assertThat(LocalTcpClients.portsTo(other.getLocalPort())).isEmpty();
      // netlink and the files in /proc report the same.
      int self = (int) ProcessHandle.current().pid();
      assertThat(TcpTable.read(self, Set.of(TcpTable.ESTABLISHED)))
          .filteredOn(row -> row.port() == client.getLocalPort())
          .extracting(TcpTable.Row::peerPort, TcpTable.Row::user)
          .containsExactly(tuple(server.getLocalPort(), Libc.effectiveUser()));
    }
  }
}
