package io.jpm.os.linux.socket;

import io.jpm.os.linux.libc.SocketAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads the TCP sockets in the network namespace of a process. For the daemon's own namespace it
/// uses [SocketDiag], otherwise `/proc/PID/net/tcp` and `tcp6` (`proc_pid_net(5)`).
public final class TcpTable {
  static final int ESTABLISHED = 0x01;
  static final int CLOSE_WAIT = 0x08;
  public static final int LISTEN = 0x0A;

  private static final int USER_WORD = 7;
  private static final int INODE_WORD = 9;

  private TcpTable() {}

  /// A TCP socket.
  ///
  /// @param address the local address
  /// @param peerPort the remote port, 0 if there is none
  /// @param user the user id of the owner; 0 for a closed connection
  /// @param state the state of the connection, [TcpTable#LISTEN] for a listening socket
  /// @param inode the inode number, 0 if no process has the socket open
  public record Row(InetSocketAddress address, int peerPort, int user, int state, long inode) {
    int port() {
      return address.getPort();
    }
  }

  /// Returns the sockets in the network namespace of the process `pid` that are in one of `states`;
  /// empty if they cannot be read.
  public static List<Row> of(int pid, Set<Integer> states) {
    return isHere(pid)
        ? SocketDiag.sockets(states.stream().mapToInt(state -> 1 << state).sum())
            .orElseGet(() -> read(pid, states))
        : read(pid, states);
  }

  /// Reports whether the process is in the daemon's network namespace.
  private static boolean isHere(int pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"))
          .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    } catch (IOException notToBeRead) {
      return false;
    }
  }

  /// Returns the same sockets as [#of], but always reads them from the files in `/proc`.
  static List<Row> read(int pid, Set<Integer> states) {
    List<Row> rows = new ArrayList<>();
    for (String name : List.of("tcp", "tcp6")) {
      try {
        byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/net/" + name));
        rows.addAll(parse(new String(bytes, StandardCharsets.US_ASCII), states));
      } catch (IOException goneOrWithoutIpv6) {
        // Ignored: the process has exited, or the machine has no IPv6.
      }
    }
    return rows;
  }

  /// Parses an address, which consists of words of 4 bytes, each in the byte order of the
  /// processor.
  private static InetSocketAddress address(String hex) {
    int colon = hex.indexOf(':');
    ByteBuffer bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
    for (int at = 0; at < colon; at += 8) {
      bytes.putInt(Integer.parseUnsignedInt(hex, at, at + 8, 16));
    }
    return new InetSocketAddress(SocketAddresses.address(bytes.array(), 0), port(hex));
  }

  private static int port(String hex) {
    return Integer.parseInt(hex, hex.indexOf(':') + 1, hex.length(), 16);
  }

  /// Parses the content of one of the files. Lines that are not rows are skipped.
  static List<Row> parse(String text, Set<Integer> states) {
    List<Row> rows = new ArrayList<>();
    text.lines()
        .skip(1)
        .forEach(line -> {
          String row = line.strip();
          // A row starts with "0: ADDRESS:PORT ADDRESS:PORT STATE ". Most rows do not have to be
          // parsed any further.
          int local = row.indexOf(' ') + 1;
          int remote = row.indexOf(' ', local) + 1;
          int state = row.indexOf(' ', remote) + 1;
          if (local > 0 && remote > 0 && state > 0 && state + 2 < row.length()) {
            int number = Integer.parseInt(row, state, state + 2, 16);
            if (states.contains(number)) {
              String[] words = row.split(" +", INODE_WORD + 2);
              if (words.length > INODE_WORD) {
                long inode = Long.parseLong(words[INODE_WORD]);
                int user = Integer.parseUnsignedInt(words[USER_WORD]);
                rows.add(new Row(address(words[1]), port(words[2]), user, number, inode));
              }
            }
          }
        });
    return rows;
  }
}
