package io.jpm.e2e.bridge;

import io.jpm.testing.FileModes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// A port between a client and a daemon. It breaks the first connections just before the client
/// would receive the reply, which the daemon has already sent.
final class ReplyLosingProxy implements Closeable {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final ServerSocket server;
  private final Path daemonHome;
  private final AtomicInteger toBreak;

  /// The number of connections that were broken.
  final AtomicInteger broken = new AtomicInteger();

  /// The number of bytes from the daemon that pass before a connection is broken.
  private final int passes;

  /// @param daemonHome the daemon's home; its port is read for each connection
  /// @param toBreak the number of connections to break
  /// @param passes the number of bytes from the daemon that pass before a connection is broken
  ReplyLosingProxy(Path daemonHome, int toBreak, int passes) throws IOException {
    this.server = new ServerSocket(0, 50, LOOPBACK);
    this.daemonHome = daemonHome;
    this.toBreak = new AtomicInteger(toBreak);
    this.passes = passes;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /// Creates a directory that clients take for the daemon's home.
  Path asHome(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.copy(daemonHome.resolve("token"), folder.resolve("token"));
    Files.writeString(folder.resolve("bridge.port"), port() + "\n");
    Files.writeString(folder.resolve("jpm.pid"), ProcessHandle.current().pid() + "\n");
    return FileModes.onlyOwnerWrites(folder);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // The test has ended.
    }
  }

  private void serve(Socket client) {
    boolean breaks = toBreak.getAndDecrement() > 0;
    try (client;
        Socket daemon = new Socket(LOOPBACK, port(daemonHome))) {
      Thread.ofVirtual().start(() -> pump(client, daemon));
      InputStream in = daemon.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] bytes = new byte[1 << 16];
      int left = breaks ? passes : Integer.MAX_VALUE;
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        if (count > left) {
          broken.incrementAndGet();
          return;
        }
        out.write(bytes, 0, count);
        left -= breaks ? count : 0;
      }
    } catch (IOException gone) {
      // Either side has closed the connection.
    }
  }

  private static int port(Path home) throws IOException {
    return Integer.parseInt(Files.readString(home.resolve("bridge.port")).strip());
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.close();
    } catch (IOException gone) {
      // Either side has closed the connection.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
