package io.jpm.os.linux.socket;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.HeldDescriptor;
import io.jpm.os.linux.libc.SocketCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Java's own channel for a listening socket that Java has not made: one that listens elsewhere
/// gets the socket under its descriptor, `dup3(2)`.
final class BorrowedServerChannel {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private BorrowedServerChannel() {}

  /// A new channel, not registered anywhere.
  ///
  /// @param listening the socket
  static ServerSocketChannel of(HeldDescriptor listening) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      // Java takes it for bound from now on, and nobody learns where.
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      int number = number(channel.getLocalAddress());
      int result = listening.with(fd -> SocketCalls.duplicateOver(fd, number));
      if (result < 0) {
        throw new ErrnoException("cannot accept here: " + Errno.words(-result), -result);
      }
      return channel;
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  /// The descriptor of ours that listens at an address.
  private static int number(SocketAddress address) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path one : all) {
        int fd = Integer.parseInt(one.getFileName().toString());
        if (SocketCalls.option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_ACCEPTCONN) == 1
            && SocketCalls.localAddress(fd).filter(address::equals).isPresent()) {
          return fd;
        }
      }
    }
    throw new IOException("cannot accept here: the system does not show what is open");
  }
}
