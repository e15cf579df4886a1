package io.jpm.balancer;

import io.jpm.testing.TestDeadline;
import io.jpm.testing.TestGroup;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Clients that send requests continuously, in the default group with a pause that leaves processor
/// time to the program under test. A request without a complete answer is a failure. A kept
/// connection is replaced only after `Connection: close`.
final class HttpLoad implements AutoCloseable {
  private static final long PAUSE_NANOS = Duration.ofMillis(TestGroup.choose(4, 0)).toNanos();

  final List<String> failures = new CopyOnWriteArrayList<>();
  final Queue<String> answers = new ConcurrentLinkedQueue<>();
  final AtomicInteger answered = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean running = true;

  /// @param keepAlive whether connections are reused
  HttpLoad(int port, int clients, boolean keepAlive) {
    this(() -> new HttpConnection(port), clients, keepAlive);
  }

  HttpLoad(Path socket, int clients, boolean keepAlive) {
    this(() -> new HttpConnection(socket), clients, keepAlive);
  }

  private HttpLoad(Dial dial, int clients, boolean keepAlive) {
    for (int n = 0; n < clients; n++) {
      threads.add(Thread.ofPlatform().start(() -> run(dial, keepAlive)));
    }
  }

  /// Opens a connection.
  @FunctionalInterface
  private interface Dial {
    HttpConnection dial() throws IOException;
  }

  private void run(Dial dial, boolean keepAlive) {
    while (running) {
      try (HttpConnection httpConnection = dial.dial()) {
        boolean open = true;
        while (open && running) {
          Answer answer = httpConnection.ask("/", keepAlive);
          answered.incrementAndGet();
          answers.add(answer.body());
          open = keepAlive && !answer.closes();
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (IOException error) {
        if (running) {
          failures.add(error.toString());
        }
      }
    }
  }

  @Override
  public void close() {
    running = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException error) {
        throw new AssertionError(error);
      }
    }
  }

  /// A complete answer.
  record Answer(String head, String body) {
    boolean closes() {
      return head.toLowerCase(Locale.ROOT).contains("connection: close");
    }
  }

  /// One connection to the server.
  static final class HttpConnection implements AutoCloseable {
    final Socket socket;
    final InputStream in;
    private final OutputStream out;
    private final Closeable connection;

    HttpConnection(int port) throws IOException {
      socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
      socket.setSoTimeout(TestDeadline.millis(30));
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
      connection = socket;
    }

    HttpConnection(Path path) throws IOException {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
      socket = new Socket();
      in = new BufferedInputStream(Channels.newInputStream(channel));
      out = Channels.newOutputStream(channel);
      connection = channel;
    }

    void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    Answer ask(String path, boolean keepAlive) throws IOException {
      write(
          "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n"
              .formatted(path, keepAlive ? "" : "Connection: close\r\n"));
      return read();
    }

    Answer read() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) byteOrFail());
      }
      return new Answer(head.toString(), body(head.toString().toLowerCase(Locale.ROOT)));
    }

    private String body(String head) throws IOException {
      int at = head.indexOf("content-length: ");
      if (at >= 0) {
        int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        return new String(exactly(length), StandardCharsets.UTF_8);
      }
      StringBuilder body = new StringBuilder();
      for (int size = chunk(); size > 0; size = chunk()) {
        body.append(new String(exactly(size), StandardCharsets.UTF_8));
        line();
      }
      line();
      return body.toString();
    }

    private int chunk() throws IOException {
      return Integer.parseInt(line(), 16);
    }

    String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = byteOrFail(); c != '\n'; c = byteOrFail()) {
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    byte[] exactly(int length) throws IOException {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new IOException("the connection ended within an answer");
      }
      return bytes;
    }

    private int byteOrFail() throws IOException {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended before the answer did");
      }
      return next;
    }

    /// Closes the connection before the end of the test.
    void disconnect() throws IOException {
      connection.close();
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }
}
