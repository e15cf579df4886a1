package io.jpm.web;

import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A minimal HTTP client over a real socket, so that a test can send what no library would.
public final class Http implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private boolean chunked;

  /// An answer.
  ///
  /// @param headers as received, `name: value`, with names in lower case
  public record Reply(int status, List<String> headers, String body) {
    public Optional<String> header(String name) {
      String prefix = name.toLowerCase(Locale.ROOT) + ": ";
      return headers.stream()
          .filter(line -> line.startsWith(prefix))
          .map(line -> line.substring(prefix.length()))
          .findFirst();
    }

    public JsonObject json() {
      return new JsonObject(body);
    }

    /// Returns the headers that a page sends after this answer has logged it in: its cookie and its
    /// secret.
    public String session() {
      return "Cookie: "
          + cookie()
          + "\r\nX-JPM: "
          + header("location").orElseThrow().replaceFirst("^/#s=", "");
    }

    /// Returns the cookie that the answer sets, as a client sends it back.
    public String cookie() {
      return header("set-cookie").orElseThrow().split(";", 2)[0];
    }
  }

  public Http(int port) throws IOException {
    this(port, new Socket());
  }

  private Http(int port, Socket socket) throws IOException {
    this.socket = socket;
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(TestDeadline.millis(30));
    this.in = socket.getInputStream();
  }

  /// Connects with a small receive buffer, so that data that the client does not read soon waits at
  /// the server.
  public static Http withSmallReceiveBuffer(int port) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    return new Http(port, socket);
  }

  /// Sends one request on its own connection.
  ///
  /// @param request method and path
  /// @param body not sent if it is empty
  /// @param headers header lines in addition to Host, unless one of them is Host
  public static Reply ask(int port, String request, String body, String... headers)
      throws IOException {
    try (var http = new Http(port)) {
      http.send(port, request, body, headers);
      return http.reply();
    }
  }

  public static Reply get(int port, String path, String... headers) throws IOException {
    return ask(port, "GET " + path, "", headers);
  }

  public void send(int port, String request, String body, String... headers) throws IOException {
    var text = new StringBuilder(request).append(" HTTP/1.1\r\n");
    if (List.of(headers).stream().noneMatch(line -> line.startsWith("Host:"))) {
      text.append("Host: 127.0.0.1:").append(port).append("\r\n");
    }
    List.of(headers).forEach(line -> text.append(line).append("\r\n"));
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0) {
      text.append("Content-Length: ").append(bytes.length).append("\r\n");
    }
    raw(text.append("\r\n").toString());
    socket.getOutputStream().write(bytes);
  }

  public void raw(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Ends the output.
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /// Reads the head of the answer and returns it with an empty body.
  public Reply head() throws IOException {
    String first = line();
    List<String> headers = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.add(line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon));
    }
    Reply reply = new Reply(Integer.parseInt(first.split(" ", 3)[1]), headers, "");
    chunked = reply.header("transfer-encoding").isPresent();
    return reply;
  }

  public Reply reply() throws IOException {
    return body(head());
  }

  /// Reads the rest of an answer whose head has been read.
  public Reply body(Reply head) throws IOException {
    var body = new ByteArrayOutputStream();
    if (chunked) {
      for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
        body.writeBytes(chunk.getBytes(StandardCharsets.ISO_8859_1));
      }
    } else {
      body.writeBytes(in.readNBytes(Integer.parseInt(head.header("content-length").orElse("0"))));
    }
    return new Reply(head.status(), head.headers(), body.toString(StandardCharsets.UTF_8));
  }

  /// Reads the next chunk of a stream, with bytes as characters; empty at the end of the stream.
  public String chunk() throws IOException {
    int length = Integer.parseInt(line(), 16);
    String chunk = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    line();
    return chunk;
  }

  /// Reads to the end of the connection, which can be a reset, and returns the number of bytes.
  public long readToTheEnd() throws IOException {
    long bytes = 0;
    byte[] chunk = new byte[1 << 16];
    try {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        bytes += n;
      }
    } catch (java.net.SocketException reset) {
      return bytes;
    }
    return bytes;
  }

  /// Waits for a byte or the end of the connection, and reports whether it was the end.
  public boolean isEnded() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection ended after \"" + line + "\"");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
