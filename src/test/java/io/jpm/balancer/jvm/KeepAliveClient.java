package io.jpm.balancer.jvm;

import io.jpm.testing.TestDeadline;
import io.jpm.testing.TestGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// An HTTP client that sends requests continuously, in the slow group without a pause. It keeps its
/// connection as long as the server allows and records every error: it never repeats a request.
final class KeepAliveClient implements AutoCloseable {
  private static final long PAUSE_NANOS = Duration.ofMillis(TestGroup.choose(2, 0)).toNanos();

  private final int port;
  private final Thread thread;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  /// How often the same server has answered again, without another one in between.
  private final AtomicInteger inARow = new AtomicInteger();

  private volatile String last = "";
  private volatile boolean stopped;

  KeepAliveClient(int port) {
    this.port = port;
    thread = Thread.ofPlatform().start(this::run);
  }

  /// Reports whether more than `count` answers in a row came from `server`.
  boolean hasOnly(String server, int count) {
    return last.equals(server) && inARow.get() > count;
  }

  /// Returns the errors of connections and requests.
  Queue<String> failures() {
    return failures;
  }

  private void run() {
    while (!stopped) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(TestDeadline.millis(60));
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        while (!stopped && ask(socket, in)) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (IOException | RuntimeException error) {
        failures.add(last + ": " + error);
      }
    }
  }

  /// @return whether the connection may be used again
  private boolean ask(Socket socket, BufferedReader in) throws IOException {
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    String status = in.readLine();
    if (status == null || !status.startsWith("HTTP/1.1 200")) {
      throw new IOException("answered with " + status);
    }
    boolean again = true;
    int length = -1;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      String header = line.toLowerCase(Locale.ROOT);
      again &= !header.equals("connection: close");
      length = header.startsWith("content-length:") ? number(header) : length;
    }
    answered(body(in, length));
    return again;
  }

  private static int number(String header) {
    return Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
  }

  private static String body(BufferedReader in, int length) throws IOException {
    char[] body = new char[length];
    int done = 0;
    while (done < length) {
      int count = in.read(body, done, length - done);
      if (count < 0) {
        throw new IOException("ended after " + done + " of " + length);
      }
      done += count;
    }
    return new String(body).strip();
  }

  private void answered(String server) {
    if (server.equals(last)) {
      inARow.incrementAndGet();
    } else {
      inARow.set(0);
      last = server;
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }
}
