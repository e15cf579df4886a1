package io.jpm.client;

import io.jpm.testing.FileModes;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/// The daemon's side of the bridge, controlled by a test: answers pings, records requests and
/// subscriptions, and publishes what the test defines.
final class FakeDaemon implements Closeable {
  static final String TOKEN = "fedcba9876543210".repeat(4);
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /// Sends messages to a new subscriber immediately.
  interface SubscriptionHandler {
    void to(Peer peer, Map<?, ?> register) throws IOException;
  }

  private final Endpoint endpoint;
  private final Closeable server;
  private final boolean asksForToken;
  private final List<Map<?, ?>> requests = new CopyOnWriteArrayList<>();
  private final List<Map<?, ?>> registrations = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
  private volatile Function<Map<?, ?>, @Nullable String> answers = _ -> "{\"v\":1,\"ok\":true}";
  private volatile SubscriptionHandler subscriptionHandler = (_, _) -> {};
  private volatile String secret = TOKEN;
  private volatile boolean answersPings = true;
  private @Nullable Thread acceptor;

  private FakeDaemon(Endpoint endpoint, Closeable server, boolean asksForToken) {
    this.endpoint = endpoint;
    this.server = server;
    this.asksForToken = asksForToken;
  }

  /// Returns a daemon on a free port.
  static FakeDaemon tcp() throws IOException {
    ServerSocket server = new ServerSocket(0, 100, InetAddress.getByAddress(LOOPBACK));
    var door = new Endpoint.Tcp("127.0.0.1", server.getLocalPort(), TOKEN);
    return of(new FakeDaemon(door, server, true), server);
  }

  /// Returns a daemon that uses TLS.
  ///
  /// @param known whether clients need a certificate
  static FakeDaemon tls(SSLContext context, boolean known, Endpoint.Tls pattern)
      throws IOException {
    var server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getByAddress(LOOPBACK));
    server.setNeedClientAuth(known);
    var endpoint =
        new Endpoint.Tls(pattern.host(), server.getLocalPort(), pattern.token(), pattern.context());
    return of(new FakeDaemon(endpoint, server, true), server);
  }

  /// Returns a daemon on a Unix socket.
  static FakeDaemon unix(Path file) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(file));
    FileModes.onlyOwnerWrites(file);
    FakeDaemon daemon = new FakeDaemon(new Endpoint.UnixSocket(file), server, false);
    daemon.accepting(() -> {
      SocketChannel channel = server.accept();
      return daemon
      .new Peer(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
    });
    return daemon;
  }

  private static FakeDaemon of(FakeDaemon daemon, ServerSocket server) {
    daemon.accepting(() -> {
      Socket socket = server.accept();
      socket.setTcpNoDelay(true);
      return daemon.new Peer(socket.getInputStream(), socket.getOutputStream(), socket);
    });
    return daemon;
  }

  /// Writes the files that a daemon creates for its clients.
  FakeDaemon in(Path home) throws IOException {
    Files.createDirectories(home);
    Files.writeString(home.resolve("token"), secret + "\n");
    if (endpoint instanceof Endpoint.Tcp tcp) {
      Files.writeString(home.resolve("bridge.port"), tcp.port() + "\n");
    }
    Files.writeString(home.resolve("jpm.pid"), ProcessHandle.current().pid() + "\n");
    FileModes.onlyOwnerWrites(home);
    return this;
  }

  /// Accepts only clients that send this token.
  FakeDaemon expecting(String token) {
    secret = token;
    return this;
  }

  /// @param body returns the answer to the body of a request; null: there is no answer
  FakeDaemon answering(Function<Map<?, ?>, @Nullable String> body) {
    answers = body;
    return this;
  }

  FakeDaemon greeting(SubscriptionHandler words) {
    subscriptionHandler = words;
    return this;
  }

  /// Stops answering pings.
  void stopAnsweringPings() {
    answersPings = false;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /// Returns the bodies of all requests so far.
  List<Map<?, ?>> requests() {
    return requests;
  }

  /// Returns the frames of all subscriptions so far.
  List<Map<?, ?>> registrations() {
    return registrations;
  }

  List<String> tokens() {
    return tokens;
  }

  int connections() {
    return peers.size();
  }

  /// Publishes to all subscribers of `address`.
  synchronized void publish(String address, String body) {
    for (Peer peer : peers) {
      if (peer.addresses.contains(address)) {
        peer.trySend(message(address, body));
      }
    }
  }

  /// Sends a frame to all clients.
  void sendToAll(String json) {
    peers.forEach(peer -> peer.trySend(json));
  }

  /// Breaks all connections.
  void breakConnections() {
    peers.forEach(Peer::close);
  }

  /// Once this method has returned, no client is accepted any more, including one that was about to
  /// be.
  @Override
  public void close() throws IOException {
    server.close();
    try {
      if (acceptor != null) {
        acceptor.join();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    breakConnections();
  }

  static String message(String address, String body) {
    return "{\"type\":\"message\",\"address\":\"%s\",\"headers\":{},\"body\":%s,\"send\":false}"
        .formatted(address, body);
  }

  private interface Accepting {
    Peer next() throws IOException;
  }

  private void accepting(Accepting accepting) {
    acceptor = Thread.ofVirtual().start(() -> accept(accepting));
  }

  private void accept(Accepting accepting) {
    try {
      while (true) {
        Peer peer = accepting.next();
        peers.add(peer);
        Thread.ofVirtual().start(peer::serve);
      }
    } catch (IOException _) {
      // closed
    }
  }

  /// One client.
  final class Peer implements Closeable {
    private final DataInputStream in;
    private final DataOutputStream out;
    private final Closeable socket;
    private final Set<String> addresses = ConcurrentHashMap.newKeySet();

    private Peer(InputStream in, OutputStream out, Closeable socket) {
      this.in = new DataInputStream(in);
      this.out = new DataOutputStream(out);
      this.socket = socket;
    }

    private void serve() {
      try (this) {
        if (asksForToken) {
          String token = String.valueOf(read().get("token"));
          tokens.add(token);
          if (!token.equals(secret)) {
            return;
          }
        }
        while (true) {
          take(read());
        }
      } catch (IOException _) {
        // the client has disconnected, which some tests provoke
      } finally {
        peers.remove(this);
      }
    }

    private void take(Map<?, ?> frame) throws IOException {
      switch (String.valueOf(frame.get("type"))) {
        case "ping" -> {
          if (answersPings) {
            send("{\"type\":\"pong\"}");
          }
        }
        case "register" -> {
          registrations.add(frame);
          // As in the daemon, no event is published between the replay and the subscription.
          synchronized (FakeDaemon.this) {
            subscriptionHandler.to(this, frame);
            addresses.add(String.valueOf(frame.get("address")));
          }
        }
        case "send" -> request(frame);
        default -> throw new IOException("not understood: " + frame);
      }
    }

    private void request(Map<?, ?> frame) throws IOException {
      var body = (Map<?, ?>) Objects.requireNonNull(frame.get("body"));
      requests.add(body);
      String answer = answers.apply(body);
      if (answer != null) {
        send(
            answer.startsWith("{\"type\"")
                ? answer
                : message(String.valueOf(frame.get("replyAddress")), answer));
      }
    }

    private Map<?, ?> read() throws IOException {
      byte[] payload = new byte[in.readInt()];
      in.readFully(payload);
      try {
        return (Map<?, ?>) Objects.requireNonNull(Json.parse(payload));
      } catch (Json.MalformedJsonException e) {
        throw new IOException(e);
      }
    }

    /// Sends a frame.
    void send(String json) throws IOException {
      byte[] payload = json.getBytes(StandardCharsets.UTF_8);
      var bytes = new java.io.ByteArrayOutputStream();
      var framed = new DataOutputStream(bytes);
      framed.writeInt(payload.length);
      framed.write(payload);
      out.write(bytes.toByteArray());
      out.flush();
    }

    private void trySend(String json) {
      try {
        send(json);
      } catch (IOException _) {
        // disconnected
      }
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException _) {
        // closed anyway
      }
    }
  }
}
