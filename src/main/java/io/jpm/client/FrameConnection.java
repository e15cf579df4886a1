package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// An authenticated connection to a daemon that sends and receives frames. Only one thread may
/// read; any thread may write. The connection is closed if the daemon sends nothing for too long
/// while a thread is waiting in [#next]. At other times, an unresponsive daemon is not detected.
final class FrameConnection implements Closeable {
  static final String PING = "{\"type\":\"ping\"}";

  private static final int MAX_FRAME_BYTES = 64 << 20;
  private static final int BEATS = 3;

  private final SocketStreams socketStreams;
  private final InputStream in;
  private final Duration silence;
  private final ReentrantLock writing = new ReentrantLock();
  private final CountDownLatch authenticated = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  /// Whether the connection was closed because the daemon did not answer.
  private volatile boolean unanswered;

  /// The value of [System#nanoTime] when the reader began to wait; 0 if it is not waiting.
  private volatile long waitingSince;

  /// A socket and its two streams, which are closed together with the socket.
  record SocketStreams(InputStream in, OutputStream out, Closeable socket) {}

  private FrameConnection(SocketStreams socketStreams, Duration silence) {
    this.socketStreams = socketStreams;
    this.in = new BufferedInputStream(socketStreams.in);
    this.silence = silence;
  }

  /// Authenticates with the token, and waits for the daemon's answer.
  ///
  /// @param token the token; empty if the endpoint requires none
  /// @throws JpmException `UNREACHABLE`
  static FrameConnection open(
      SocketStreams socketStreams, Optional<String> token, Timeouts timeouts) {
    FrameConnection frameConnection = new FrameConnection(socketStreams, timeouts.idle());
    Thread.ofVirtual().name("jpm-watch").start(() -> frameConnection.watch(timeouts.connect()));
    try {
      token.ifPresentOrElse(
          secret -> frameConnection.send(auth(secret), PING), () -> frameConnection.send(PING));
      frameConnection.awaitPong();
      return frameConnection;
    } catch (IOException | JpmException e) {
      frameConnection.close();
      throw new JpmException(
          Code.UNREACHABLE,
          frameConnection.unanswered
              ? "the daemon accepted the connection, but does not answer (waited %s s): see its log, jpm.log in its home"
                  .formatted(timeouts.connect().toMillis() / 1e3)
              : "the daemon refused the connection (%s)%s"
                  .formatted(
                      e.getMessage(),
                      token.isPresent() && e instanceof EOFException ? ": check the token" : ""),
          e);
    }
  }

  private static String auth(String token) {
    return "{\"type\":\"auth\",\"token\":%s}".formatted(Json.quote(token));
  }

  private void awaitPong() throws IOException {
    JsonMembers frame = next();
    if (!frame.optionalText("type").equals(Optional.of("pong"))) {
      throw new IOException(
          frame.optionalText("message").orElse("the daemon did not answer the ping with a pong"));
    }
    authenticated.countDown();
  }

  /// Sends the frames in a single write. If the connection is broken, [#next] reports it rather
  /// than this method.
  void send(String... frames) {
    byte[] bytes = framed(frames);
    writing.lock();
    try {
      socketStreams.out.write(bytes);
      socketStreams.out.flush();
    } catch (IOException _) {
      close();
    } finally {
      writing.unlock();
    }
  }

  private static byte[] framed(String... frames) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String frame : frames) {
      byte[] payload = frame.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(payload.length).array());
      bytes.writeBytes(payload);
    }
    return bytes.toByteArray();
  }

  /// Waits for the next frame.
  ///
  /// @throws IOException if the connection is closed
  /// @throws JpmException `MALFORMED` if the data is not a valid frame
  JsonMembers next() throws IOException {
    int length = ByteBuffer.wrap(exactly(Integer.BYTES)).getInt();
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new JpmException(
          Code.MALFORMED, "received a frame with an invalid length of %d bytes".formatted(length));
    }
    try {
      return JsonMembers.of(Json.parse(exactly(length)));
    } catch (Json.MalformedJsonException e) {
      throw new JpmException(
          Code.MALFORMED, "received a frame that is not valid JSON: " + e.getMessage(), e);
    }
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = new byte[length];
    int have = 0;
    try {
      while (have < length) {
        waitingSince = System.nanoTime() | 1;
        int count = in.read(bytes, have, length - have);
        if (count < 0) {
          throw new EOFException("the daemon has closed the connection");
        }
        have += count;
      }
      return bytes;
    } finally {
      waitingSince = 0;
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      socketStreams.socket.close();
    } catch (IOException _) {
      // There is nothing left to release.
    }
  }

  private void watch(Duration connect) {
    try {
      if (!authenticated.await(connect.toNanos(), TimeUnit.NANOSECONDS)) {
        unanswered = closed.getCount() > 0;
        close();
      }
      while (!closed.await(silence.toNanos() / BEATS, TimeUnit.NANOSECONDS)) {
        beat();
      }
    } catch (InterruptedException _) {
      close();
    }
  }

  private void beat() {
    long since = waitingSince;
    if (since == 0) {
      return;
    } else if (System.nanoTime() - since > silence.toNanos()) {
      close();
    } else {
      // Uses a separate thread, because the write blocks if the peer does not read.
      Thread.ofVirtual().name("jpm-ping").start(this::ping);
    }
  }

  private void ping() {
    if (writing.tryLock()) {
      try {
        send(PING);
      } finally {
        writing.unlock();
      }
    }
  }
}
