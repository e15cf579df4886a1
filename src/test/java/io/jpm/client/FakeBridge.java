package io.jpm.client;

import io.jpm.testing.FileModes;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The bridge of a daemon, with answers that a test defines. Speaks the real protocol on a free
/// port and records the requests.
final class FakeBridge implements Closeable {
  static final String TOKEN = "0123456789abcdef".repeat(4);

  /// Answers a request.
  interface Answer {
    void to(Session session) throws IOException;
  }

  private final ServerSocket server;
  private final Answer answer;
  private final List<Map<?, ?>> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  FakeBridge(Answer answer) throws IOException {
    this.answer = answer;
    this.server = new ServerSocket(0, 100, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    Thread.ofVirtual().start(this::accept);
  }

  /// Returns a bridge that ends every command with `code` and sends nothing else.
  static FakeBridge exiting(int code) throws IOException {
    return new FakeBridge(session -> session.code(code));
  }

  int port() {
    return server.getLocalPort();
  }

  /// Writes the files that a daemon creates for its clients.
  FakeBridge in(Path home) throws IOException {
    Files.createDirectories(home);
    Files.writeString(home.resolve("token"), TOKEN + "\n");
    Files.writeString(home.resolve("bridge.port"), port() + "\n");
    Files.writeString(home.resolve("jpm.pid"), ProcessHandle.current().pid() + "\n");
    FileModes.onlyOwnerWrites(home);
    return this;
  }

  /// Returns the bodies of the console requests so far.
  List<Map<?, ?>> requests() {
    return requests;
  }

  List<?> argv() {
    return list("argv");
  }

  List<?> env() {
    return list("env");
  }

  private List<?> list(String key) {
    return requests.getFirst().get(key) instanceof List<?> list ? list : List.of();
  }

  List<String> tokens() {
    return tokens;
  }

  boolean hasOpenSessions() {
    return !open.isEmpty();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Session session = new Session(socket);
      tokens.add(String.valueOf(session.read().get("token")));
      Map<?, ?> frame = session.read();
      if (!"jpm.console".equals(frame.get("address"))
          || !(frame.get("body") instanceof Map<?, ?> body)) {
        throw new IOException("not a request: " + frame);
      }
      requests.add(body);
      answer.to(session);
    } catch (IOException _) {
      // the client has disconnected, which some tests provoke
    } finally {
      open.remove(socket);
    }
  }

  /// The daemon's side of one session.
  static final class Session {
    private final DataInputStream in;
    private final DataOutputStream out;
    private int replies;

    Session(Socket socket) throws IOException {
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
    }

    void out(String text) throws IOException {
      part("{\"out\":" + quote(text) + "}");
    }

    void err(String text) throws IOException {
      part("{\"err\":" + quote(text) + "}");
    }

    void heartbeat() throws IOException {
      part("{\"wait\":true}");
    }

    void code(int code) throws IOException {
      frame(
          "{\"type\":\"message\",\"address\":\"r\",\"headers\":{},\"body\":{\"code\":%d},\"send\":true}"
              .formatted(code));
    }

    /// Sends the last text together with the exit code.
    void last(boolean error, String text, int code) throws IOException {
      frame(
          "{\"type\":\"message\",\"address\":\"r\",\"headers\":{},\"body\":{\"%s\":%s,\"code\":%d},\"send\":true}"
              .formatted(error ? "err" : "out", quote(text), code));
    }

    /// Sends a reply that is followed by others, so that the client must request them.
    void part(String body) throws IOException {
      String address = "__vertx.reply." + ++replies;
      frame(
          ("{\"type\":\"message\",\"address\":\"r\",\"replyAddress\":\"%s\",\"headers\":{},"
                  + "\"body\":%s,\"send\":true}")
              .formatted(address, body));
      Map<?, ?> next = read();
      if (!address.equals(next.get("address")) || !Map.of().equals(next.get("body"))) {
        throw new IOException("not a request for more: " + next);
      }
    }

    void frame(String json) throws IOException {
      byte[] payload = json.getBytes(StandardCharsets.UTF_8);
      out.writeInt(payload.length);
      out.write(payload);
    }

    void raw(String bytes) throws IOException {
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Sends nothing until the client disconnects.
    void hang() throws IOException {
      if (in.read() >= 0) {
        throw new IOException("the client spoke out of turn");
      }
    }

    Map<?, ?> read() throws IOException {
      byte[] payload = new byte[in.readInt()];
      in.readFully(payload);
      try {
        if (Json.parse(payload) instanceof Map<?, ?> frame) {
          return frame;
        }
        throw new EOFException("not an object");
      } catch (Json.MalformedJsonException e) {
        throw new IOException(e);
      }
    }

    /// Quotes a text as the daemon's JSON library does: short escapes, control characters in hex,
    /// the rest raw.
    private static String quote(String text) {
      StringBuilder json = new StringBuilder("\"");
      text.chars()
          .forEach(c -> {
            switch (c) {
              case '"' -> json.append("\\\"");
              case '\\' -> json.append("\\\\");
              case '\n' -> json.append("\\n");
              case '\t' -> json.append("\\t");
              case '\r' -> json.append("\\r");
              case '\b' -> json.append("\\b");
              case '\f' -> json.append("\\f");
              default -> json.append(c < ' ' ? "\\u%04X".formatted(c) : String.valueOf((char) c));
            }
          });
      return json.append('"').toString();
    }
  }
}
