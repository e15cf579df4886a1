package io.jpm.client;

import io.jpm.client.ConsoleReply.Done;
import io.jpm.client.ConsoleReply.Err;
import io.jpm.client.ConsoleReply.KeepAlive;
import io.jpm.client.ConsoleReply.Marked;
import io.jpm.client.ConsoleReply.Out;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A connection that runs one console command over the bridge. Each reply is fetched only when
/// [#next] is called, so a slow reader slows down the command's output and places no load on the
/// daemon. Not thread-safe. Closing the connection also ends the session in the daemon.
public final class BridgeConnection implements Closeable {
  private static final String CONSOLE = "jpm.console";
  private static final String REPLY_ADDRESS = "r";
  private static final int MAX_FRAME_BYTES = 16 << 20;

  private final Wire wire;
  private final Duration patience;
  private final DataInputStream in;
  private String replyTo = "";

  /// A socket and its two streams, which are closed together with the socket.
  ///
  /// @param readTimeout the timeout of a read; empty if the socket itself enforces it
  private record Wire(
      InputStream in, OutputStream out, Closeable socket, Optional<Duration> readTimeout) {}

  private BridgeConnection(Wire wire, Duration patience) {
    this.wire = wire;
    this.patience = patience;
    this.in = new DataInputStream(new BufferedInputStream(wire.in));
  }

  /// Connects to the unix socket in a daemon's home. This connection requires no token.
  ///
  /// @param patience as in [#connect(int, Duration)]
  /// @throws BridgeException.NoDaemon if no process listens on the socket
  public static BridgeConnection connect(Path file, Duration patience) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(file));
    } catch (IOException | RuntimeException _) {
      channel.close();
      throw new BridgeException.NoDaemon();
    }
    return new BridgeConnection(
        new Wire(
            Channels.newInputStream(channel),
            Channels.newOutputStream(channel),
            channel,
            Optional.of(patience)),
        patience);
  }

  /// Connects to the TCP port of a daemon on this machine.
  ///
  /// @param patience how long to wait for each reply; the daemon sends a keep-alive at least every
  ///   10 s
  /// @throws BridgeException.NoDaemon if no process listens on the port
  public static BridgeConnection connect(int port, Duration patience) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
      socket.connect(
          new java.net.InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
          Math.toIntExact(patience.toMillis()));
      return new BridgeConnection(
          new Wire(socket.getInputStream(), socket.getOutputStream(), socket, Optional.empty()),
          patience);
    } catch (ConnectException _) {
      socket.close();
      throw new BridgeException.NoDaemon();
    } catch (SocketTimeoutException _) {
      socket.close();
      throw new BridgeException.TimedOut();
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// Returns the request as JSON, including the client's deadline. The daemon does not start the
  /// command after the deadline.
  private String withDeadline(CommandLineRequest request) {
    String json = request.toJson();
    long until = System.currentTimeMillis() + patience.toMillis();
    return "%s,\"until\":%d}".formatted(json.substring(0, json.length() - 1), until);
  }

  /// Authenticates with the token and sends the command. [#next] returns the replies.
  public void send(String token, CommandLineRequest request) throws IOException {
    write(
        "{\"type\":\"auth\",\"token\":%s}".formatted(Json.quote(token)),
        message(CONSOLE, withDeadline(request)));
  }

  /// Sends the command over a connection that requires no token.
  public void send(CommandLineRequest request) throws IOException {
    write(message(CONSOLE, withDeadline(request)));
  }

  /// Waits for the next reply. Must not be called again after [Done].
  public ConsoleReply next() throws IOException {
    if (!replyTo.isEmpty()) {
      write(message(replyTo, "{}"));
    }
    Map<?, ?> frame = readFrame();
    replyTo = frame.get("replyAddress") instanceof String address ? address : "";
    ConsoleReply consoleReply =
        reply(frame.get("body")).orElseThrow(() -> protocolViolation(frame));
    if (replyTo.isEmpty() && !(consoleReply instanceof Done)) {
      throw protocolViolation(frame);
    }
    return consoleReply;
  }

  @Override
  public void close() throws IOException {
    wire.socket.close();
  }

  private Map<?, ?> readFrame() throws IOException {
    Object value;
    try {
      value = Json.parse(readPayload());
    } catch (Json.MalformedJsonException e) {
      throw new BridgeException.ProtocolViolation(String.valueOf(e.getMessage()));
    }
    if (!(value instanceof Map<?, ?> frame)) {
      throw new BridgeException.ProtocolViolation("the frame is not a JSON object");
    }
    if ("err".equals(frame.get("type"))) {
      throw new BridgeException.Refused(String.valueOf(frame.get("message")));
    }
    if (!"message".equals(frame.get("type"))) {
      throw protocolViolation(frame);
    }
    return frame;
  }

  private byte[] readPayload() throws IOException {
    if (wire.readTimeout.isEmpty()) {
      return readInTime();
    }
    var done = new CountDownLatch(1);
    var late = new AtomicBoolean();
    Thread.ofVirtual().start(() -> closeUnless(done, wire.readTimeout.get(), late));
    try {
      return readInTime();
    } catch (ClosedChannelException | BridgeException.Closed ended) {
      throw late.get() ? new BridgeException.TimedOut() : new BridgeException.Closed();
    } finally {
      done.countDown();
    }
  }

  private void closeUnless(CountDownLatch done, Duration patience, AtomicBoolean late) {
    try {
      if (!done.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        late.set(true);
        close();
      }
    } catch (InterruptedException | IOException _) {
      // Ignored: the reader detects that the connection is closed.
    }
  }

  private byte[] readInTime() throws IOException {
    try {
      int length = in.readInt();
      if (length < 0 || length > MAX_FRAME_BYTES) {
        throw new BridgeException.ProtocolViolation(
            "the frame has an invalid length of %d bytes".formatted(length));
      }
      byte[] payload = in.readNBytes(length);
      if (payload.length < length) {
        throw new BridgeException.Closed();
      }
      return payload;
    } catch (SocketTimeoutException _) {
      throw new BridgeException.TimedOut();
    } catch (EOFException | SocketException _) {
      throw new BridgeException.Closed();
    }
  }

  private static Optional<ConsoleReply> reply(@Nullable Object body) {
    if (!(body instanceof Map<?, ?> members)) {
      return Optional.empty();
    }
    Optional<ConsoleReply> text = text(members);
    return members.get("mark") instanceof String mark ? text.map(it -> new Marked(it, mark)) : text;
  }

  private static Optional<ConsoleReply> text(Map<?, ?> members) {
    if (members.get("out") instanceof String text) {
      return Optional.of(new Out(text));
    } else if (members.get("err") instanceof String text) {
      return Optional.of(new Err(text));
    } else if (members.get("code") instanceof Long code) {
      return Optional.of(new Done(code.intValue()));
    }
    return members.containsKey("wait") ? Optional.of(new KeepAlive()) : Optional.empty();
  }

  private static BridgeException protocolViolation(Map<?, ?> frame) {
    String text = frame.toString();
    return new BridgeException.ProtocolViolation(text.substring(0, Math.min(200, text.length())));
  }

  private static String message(String address, String body) {
    return "{\"type\":\"send\",\"address\":%s,\"replyAddress\":\"%s\",\"headers\":{},\"body\":%s}"
        .formatted(Json.quote(address), REPLY_ADDRESS, body);
  }

  private void write(String... frames) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String frame : frames) {
      byte[] payload = frame.getBytes(StandardCharsets.UTF_8);
      out.writeInt(payload.length);
      out.write(payload);
    }
    try {
      wire.out.write(bytes.toByteArray());
    } catch (SocketException | ClosedChannelException _) {
      return; // the next read returns the last frames and then reports the closed connection
    }
  }
}
