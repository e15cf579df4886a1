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

/// Opens a [ServerSocketChannel] on a listening socket that the JDK did not create. It opens a
/// channel that listens on another address and replaces the channel's descriptor with that of the
/// socket (`dup3(2)`).
final class ServerChannelFactory {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private ServerChannelFactory() {}

  /// Returns a new channel that is not registered with a selector.
  ///
  /// @param listening the listening socket
  static ServerSocketChannel of(HeldDescriptor listening) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      // Makes the JDK treat the channel as bound. No client knows the port.
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      int number = number(channel.getLocalAddress());
      int result = listening.with(fd -> SocketCalls.duplicateOver(fd, number));
      if (result < 0) {
        throw new ErrnoException("cannot accept connections: " + Errno.message(-result), -result);
      }
      return channel;
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  /// Returns the descriptor of this process that listens on an address.
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
    throw new IOException("cannot accept connections: the system does not list open descriptors");
  }
}
