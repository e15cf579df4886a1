package io.jpm.balancer.proxy;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A server as in an app, with a thread for each connection.
final class Server implements Closeable {
  /// Handles a connection, which is closed afterwards.
  interface ConnectionHandler {
    void serve(Socket socket) throws IOException;
  }

  final AtomicInteger accepted = new AtomicInteger();
  private final ServerSocket serverSocket = new ServerSocket();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ConnectionHandler handler;
  private final Thread acceptor;

  Server(InetAddress address, int port, ConnectionHandler connectionHandler) throws IOException {
    this.handler = connectionHandler;
    serverSocket.setReuseAddress(true);
    serverSocket.bind(new InetSocketAddress(address, port), 4096);
    this.acceptor = Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = serverSocket.accept();
        accepted.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end of the test, or of this server.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      handler.serve(socket);
    } catch (IOException | UncheckedIOException gone) {
      // Tests check what the client observes.
    } finally {
      open.remove(socket);
    }
  }

  /// Sends everything back until the client ends its side.
  static void echo(Socket socket) throws IOException {
    socket.getInputStream().transferTo(socket.getOutputStream());
  }

  /// Answers every HTTP request with `text`.
  static ConnectionHandler http(String text) {
    return socket -> {
      String head = head(socket.getInputStream());
      while (!head.isEmpty()) {
        byte[] response =
            "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: keep-alive\r\n\r\n%s"
                .formatted(text.length(), text)
                .getBytes(StandardCharsets.US_ASCII);
        socket.getOutputStream().write(response);
        head = head(socket.getInputStream());
      }
    };
  }

  /// Reads up to and including an empty line; returns an empty text at the end of the input.
  static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int last = 0;
    for (int one = in.read(); one >= 0; one = in.read()) {
      head.write(one);
      last = last << 8 | one;
      if (last == 0x0D0A0D0A) {
        return head.toString(StandardCharsets.US_ASCII);
      }
    }
    return "";
  }

  /// Stops listening; open connections stay open.
  void stopListening() throws IOException {
    serverSocket.close();
    // A thread in `accept` keeps the port open until it has noticed that the socket is closed.
    try {
      if (!acceptor.join(Duration.ofSeconds(30))) {
        throw new IOException("it accepts although it is closed");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    stopListening();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
