package io.jpm.e2e;

import io.jpm.testing.TestDeadline;
import io.jpm.testing.TestGroup;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Clients that use a server until they are stopped, and count failures: without pauses in the slow
/// group, with pauses of some milliseconds in the default group, which leaves the processor to the
/// code under test. They are as strict as a client can be: they retry nothing, and a connection
/// that the server closes without announcing it in its last response is a failure.
public final class Load implements AutoCloseable {
  private static final int PATIENCE_MILLIS = TestDeadline.millis(30);

  private static final long PAUSE_NANOS = Duration.ofMillis(TestGroup.choose(12, 0)).toNanos();

  private final int port;
  private final List<Thread> clients = new ArrayList<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicLong> answers = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> done = new ConcurrentHashMap<>();
  private volatile boolean running = true;

  /// Creates a load without clients on a port of the loopback address.
  public Load(int port) {
    this.port = port;
  }

  /// The work that one client repeats until it is stopped.
  private interface RequestLoop {
    void once() throws IOException;
  }

  /// Adds this many clients that keep their connections.
  public Load keepAlive(int count) {
    for (int i = 0; i < count; i++) {
      var client = new KeepAlive();
      begin("keep-alive", client::request);
    }
    return this;
  }

  /// Adds this many clients that open a connection for each request.
  public Load closing(int count) {
    for (int i = 0; i < count; i++) {
      begin("close", this::closingRequest);
    }
    return this;
  }

  /// Adds a client that sends bodies of 2 MB over about a second each.
  public Load uploads() {
    begin("upload", this::upload);
    return this;
  }

  /// Adds a client that keeps WebSockets open for about a second each.
  public Load webSockets() {
    begin("websocket", this::webSocket);
    return this;
  }

  private void begin(String kind, RequestLoop requestLoop) {
    clients.add(
        Thread.ofVirtual()
            .start(() -> {
              while (running) {
                try {
                  requestLoop.once();
                  done.computeIfAbsent(kind, _ -> new AtomicLong()).incrementAndGet();
                  LockSupport.parkNanos(PAUSE_NANOS);
                } catch (IOException | RuntimeException failure) {
                  failures.add(kind + ": " + failure);
                }
              }
            }));
  }

  /// Returns how many requests of this kind were answered.
  public long done(String kind) {
    AtomicLong count = done.get(kind);
    return count == null ? 0 : count.get();
  }

  /// Returns how many requests of all kinds were answered.
  public long done() {
    return done.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /// Returns the failures, in order.
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /// Returns how often each answer to a GET was received.
  public Map<String, Long> answers() {
    Map<String, Long> counts = new HashMap<>();
    answers.forEach((answer, count) -> counts.put(answer, count.get()));
    return counts;
  }

  @Override
  public void close() {
    stop();
  }

  /// Stops all clients after their current request.
  public void stop() {
    running = false;
    for (Thread client : clients) {
      try {
        client.join(2L * PATIENCE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    return socket;
  }

  /// Sends one GET and returns its answer, without counting it.
  public String get() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      return Response.read(new BufferedInputStream(socket.getInputStream())).body();
    }
  }

  private void closingRequest() throws IOException {
    count(get());
  }

  private void count(String answer) {
    answers.computeIfAbsent(answer.strip(), _ -> new AtomicLong()).incrementAndGet();
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// An HTTP/1.1 response with a length or in chunks.
  private record Response(String body, boolean last) {
    static Response read(InputStream in) throws IOException {
      String status = line(in);
      if (!status.startsWith("HTTP/1.1 200")) {
        throw new IOException("answered " + status);
      }
      Map<String, String> headers = headers(in);
      boolean last = headers.getOrDefault("connection", "").contains("close");
      String body =
          headers.getOrDefault("transfer-encoding", "").equals("chunked")
              ? chunks(in)
              : text(in, Integer.parseInt(headers.getOrDefault("content-length", "-1")));
      return new Response(body, last);
    }

    /// Returns the headers by name in lower case. Values of the same name are joined with commas.
    private static Map<String, String> headers(InputStream in) throws IOException {
      Map<String, String> headers = new HashMap<>();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        int colon = line.indexOf(':');
        headers.merge(
            line.substring(0, colon).toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip().toLowerCase(Locale.ROOT),
            (one, other) -> one + ", " + other);
      }
      return headers;
    }

    private static String chunks(InputStream in) throws IOException {
      StringBuilder all = new StringBuilder();
      for (int size = Integer.parseInt(line(in), 16);
          size > 0;
          size = Integer.parseInt(line(in), 16)) {
        all.append(text(in, size));
        line(in);
      }
      line(in);
      return all.toString();
    }

    private static String text(InputStream in, int length) throws IOException {
      byte[] bytes = length < 0 ? in.readAllBytes() : in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the body ended after %d of %d".formatted(bytes.length, length));
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String line(InputStream in) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new EOFException("ended after \"" + line + '"');
        }
        line.append((char) c);
      }
      return line.toString().stripTrailing();
    }
  }

  private final class KeepAlive {
    private Socket socket = new Socket();
    private InputStream in = InputStream.nullInputStream();
    private boolean open;

    void request() throws IOException {
      boolean again = open;
      try {
        if (!open) {
          socket = connect();
          in = new BufferedInputStream(socket.getInputStream());
        }
        send(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Response response = Response.read(in);
        open = !response.last();
        count(response.body());
      } catch (IOException failure) {
        open = false;
        throw new IOException((again ? "on a used connection: " : "") + failure, failure);
      } finally {
        if (!open || !running) {
          socket.close();
          open = false;
        }
      }
    }
  }

  private void upload() throws IOException {
    int pieces = 20;
    byte[] piece = new byte[100_000];
    try (Socket socket = connect()) {
      send(
          socket,
          "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
              .formatted(pieces * piece.length));
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < pieces; i++) {
        out.write(piece);
        pause(50);
      }
      Response response = Response.read(new BufferedInputStream(socket.getInputStream()));
      if (!response.body().strip().equals("" + pieces * piece.length)) {
        throw new IOException("the upload was answered with " + response.body());
      }
    }
  }

  private void webSocket() throws IOException {
    try (Socket socket = connect()) {
      send(
          socket,
          String.join(
              "\r\n",
              "GET / HTTP/1.1",
              "Host: x",
              "Connection: Upgrade",
              "Upgrade: websocket",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              "Sec-WebSocket-Version: 13",
              "",
              ""));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      String status = Response.line(in);
      if (!status.startsWith("HTTP/1.1 101")) {
        throw new IOException("answered " + status);
      }
      Response.headers(in);
      for (int i = 0; i < 20; i++) {
        byte[] text = ("message " + i).getBytes(StandardCharsets.ISO_8859_1);
        byte[] frame = new byte[6 + text.length]; // with a mask of zeros
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | text.length);
        System.arraycopy(text, 0, frame, 6, text.length);
        socket.getOutputStream().write(frame);
        byte[] back = in.readNBytes(2 + text.length);
        if (back.length < 2 + text.length) {
          throw new EOFException("the WebSocket ended at message " + i);
        }
        pause(50);
      }
    }
  }

  /// The pace of a slow client, not a wait for something to happen.
  private static void pause(long millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
