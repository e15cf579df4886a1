package io.jpm.os.linux;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// The TCP sockets that a process's part of the network has, `/proc/PID/net/tcp` and `tcp6`,
/// `proc_pid_net(5)`.
final class TcpTable {
  static final int ESTABLISHED = 0x01;
  static final int CLOSE_WAIT = 0x08;
  static final int LISTEN = 0x0A;

  private static final int INODE_WORD = 9;

  private TcpTable() {}

  /// One socket.
  ///
  /// @param local the address and port of this side, in hex as in the file
  /// @param state of the connection, LISTEN for none
  /// @param inode the kernel's number of it, 0 when no process has it
  record Row(String local, int state, long inode) {
    int port() {
      return Integer.parseInt(local, local.indexOf(':') + 1, local.length(), 16);
    }

    /// The address is in words of 4 bytes, each in the order of the processor.
    InetSocketAddress address() {
      int colon = local.indexOf(':');
      ByteBuffer bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
      for (int at = 0; at < colon; at += 8) {
        bytes.putInt(Integer.parseUnsignedInt(local, at, at + 8, 16));
      }
      return new InetSocketAddress(SocketAddresses.address(bytes.array(), 0), port());
    }
  }

  /// Those of the process `pid` whose state `wanted` accepts; nothing where it does not let us
  /// read.
  static List<Row> of(int pid, IntPredicate wanted) {
    List<Row> rows = new ArrayList<>();
    for (String name : List.of("tcp", "tcp6")) {
      try {
        byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/net/" + name));
        rows.addAll(parse(new String(bytes, StandardCharsets.US_ASCII), wanted));
      } catch (IOException goneOrWithoutIpv6) {
        // Ignored because then it has none of that kind.
      }
    }
    return rows;
  }

  /// The rows of the text of such a file; what is no row is left out.
  static List<Row> parse(String text, IntPredicate wanted) {
    List<Row> rows = new ArrayList<>();
    text.lines()
        .skip(1)
        .forEach(line -> {
          String row = line.strip();
          // "0: ADDRESS:PORT ADDRESS:PORT STATE ", of fixed width: most rows end here.
          int local = row.indexOf(' ') + 1;
          int remote = row.indexOf(' ', local) + 1;
          int state = row.indexOf(' ', remote) + 1;
          if (local > 0 && remote > 0 && state > 0 && state + 2 < row.length()) {
            int number = Integer.parseInt(row, state, state + 2, 16);
            if (wanted.test(number)) {
              String[] words = row.split(" +", INODE_WORD + 2);
              if (words.length > INODE_WORD) {
                rows.add(new Row(words[1], number, Long.parseLong(words[INODE_WORD])));
              }
            }
          }
        });
    return rows;
  }
}
